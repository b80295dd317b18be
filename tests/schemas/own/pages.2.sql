-- Pieces are split into what is translated and what is not; names are ASCII; caches have tags.
CREATE TABLE `piece` (
  `pid` int unsigned NOT NULL auto_increment,
  `rid` int unsigned NULL DEFAULT NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'The ID of the target.',
  `uuid` varchar(128) CHARACTER SET ascii COLLATE ascii_general_ci NULL DEFAULT NULL,
  `langcode` varchar(12) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT 'und',
  PRIMARY KEY (`pid`),
  UNIQUE KEY `piece_field__uuid__value` (`uuid`),
  UNIQUE KEY `piece__rid` (`rid`),
  INDEX `piece_field__kind__target_id` (`kind`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci COMMENT 'The base table of pieces.';
CREATE TABLE `piece_field_data` (
  `pid` int unsigned NOT NULL,
  `langcode` varchar(12) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  `status` tinyint NOT NULL,
  `title` varchar(255) NOT NULL,
  `created` int NOT NULL,
  `default_langcode` tinyint NOT NULL,
  PRIMARY KEY (`pid`, `langcode`),
  INDEX `piece__title_kind` (`title`(191), `status`),
  INDEX `piece_field__created` (`created`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci COMMENT 'The data of pieces.';
CREATE TABLE `field_data_body` (
  `bundle` varchar(128) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '',
  `entity_id` int unsigned NOT NULL,
  `deleted` tinyint NOT NULL DEFAULT 0,
  `language` varchar(32) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT '',
  `delta` int unsigned NOT NULL,
  `body_value` longtext NOT NULL,
  `body_summary` longtext NULL DEFAULT NULL,
  `body_format` varchar(255) CHARACTER SET ascii COLLATE ascii_general_ci NULL DEFAULT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `language`, `delta`),
  INDEX `bundle` (`bundle`),
  INDEX `body_format` (`body_format`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE TABLE `cache_form` (
  `cid` varchar(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `data` longblob NULL DEFAULT NULL,
  `expire` bigint NOT NULL DEFAULT 0,
  `created` decimal(14, 3) NOT NULL DEFAULT 0,
  `serialized` smallint NOT NULL DEFAULT 0,
  `tags` longtext CHARACTER SET ascii COLLATE ascii_bin NULL DEFAULT NULL,
  PRIMARY KEY (`cid`),
  INDEX `expire` (`expire`),
  INDEX `created` (`created`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
CREATE TABLE `path_alias` (
  `id` int unsigned NOT NULL auto_increment,
  `path` varchar(255) NULL DEFAULT NULL,
  `alias` varchar(255) NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  INDEX `alias` (`alias`(191), `id`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
