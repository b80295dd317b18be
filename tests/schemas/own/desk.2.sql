-- All keys become bigint at once, all text utf8mb4, all times get fractions.
CREATE TABLE `schema_migrations` (`version` varchar(255) NOT NULL, PRIMARY KEY (`version`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `people` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `email` varchar(255) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '',
  `password_digest` varchar(128) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '',
  `sign_in_count` int DEFAULT '0',
  `current_sign_in_at` datetime(6) DEFAULT NULL,
  `admin` tinyint(1) NOT NULL DEFAULT '0',
  `settings` json DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `index_people_on_email` (`email`),
  KEY `index_people_on_admin` (`admin`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE `tickets` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `subject` varchar(255) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '',
  `description` longtext COLLATE utf8mb4_unicode_ci,
  `person_id` bigint DEFAULT NULL,
  `parent_id` bigint DEFAULT NULL,
  `state` int NOT NULL DEFAULT '0',
  `due_on` date DEFAULT NULL,
  `estimated_hours` decimal(8,2) DEFAULT NULL,
  `lock_version` int NOT NULL DEFAULT '0',
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `index_tickets_on_person_id` (`person_id`),
  KEY `index_tickets_on_parent_id` (`parent_id`),
  KEY `index_tickets_on_due_on_and_state` (`due_on`,`state`),
  CONSTRAINT `fk_rails_4be2f4a1c0` FOREIGN KEY (`person_id`) REFERENCES `people` (`id`) ON DELETE SET NULL,
  CONSTRAINT `fk_rails_0a77d3ee12` FOREIGN KEY (`parent_id`) REFERENCES `tickets` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE `comments` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `commentable_type` varchar(255) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'Ticket',
  `commentable_id` bigint NOT NULL DEFAULT '0',
  `body` text COLLATE utf8mb4_unicode_ci,
  `ticket_id` bigint NOT NULL,
  PRIMARY KEY (`id`),
  KEY `index_comments_on_commentable` (`commentable_type`,`commentable_id`),
  KEY `index_comments_on_ticket_id` (`ticket_id`),
  CONSTRAINT `fk_rails_9d3a0c5b77` FOREIGN KEY (`ticket_id`) REFERENCES `tickets` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
