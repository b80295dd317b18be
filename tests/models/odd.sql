-- Names and associations that are hard on models; both servers take it.
CREATE TABLE `class` (
  `id` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `from` varchar(20) NOT NULL COMMENT 'a "keyword" of Python''s, with a \\ and 100%',
  `None` int DEFAULT 5,
  `select` int,
  `save` int,
  `_meta` int,
  `__data__` int,
  `delete_instance` int,
  `SQL` int,
  `Generated` int AS (`select` + 1),
  `CharField` varchar(3) DEFAULT '10%',
  `userName` varchar(20),
  `user_name` varchar(20),
  `HTTPServerURL` varchar(20),
  `2nd` int,
  `é x` int,
  `a-b` int,
  `a b` int,
  `---` int,
  `odd` varchar(20) GENERATED ALWAYS AS (concat(`from`, '%')) STORED,
  `unique` int UNIQUE,
  KEY (`select`, `save`),
  UNIQUE KEY `ux_odd` (`from`(5), `None`)
) COMMENT = 'Says "so"; with \\ and
two lines, and a text that is too long for one line of seventy-nine letters';

CREATE TABLE `model` (`id` bigint UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, `model` int);
CREATE TABLE `models` (`id` smallint NOT NULL AUTO_INCREMENT PRIMARY KEY);
CREATE TABLE `SocialAuths` (
  `id` mediumint UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `createdAt` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `userId` int NOT NULL,
  `class_id` int,
  `Class` int,
  `class_2` int,
  CONSTRAINT `auth_user` FOREIGN KEY (`userId`) REFERENCES `persons` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `auth_class` FOREIGN KEY (`class_id`) REFERENCES `class` (`id`) ON DELETE SET NULL
);
CREATE TABLE `persons` (
  `id` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `email` varchar(50) NOT NULL UNIQUE,
  `mother_id` int,
  `father_id` int,
  `home` int COMMENT 'a reference whose column has no _id',
  `payments` int,
  `persons_by_mother` int,
  CONSTRAINT `mother` FOREIGN KEY (`mother_id`) REFERENCES `persons` (`id`) ON DELETE SET NULL,
  CONSTRAINT `father` FOREIGN KEY (`father_id`) REFERENCES `persons` (`id`),
  CONSTRAINT `home` FOREIGN KEY (`home`) REFERENCES `houses` (`id`)
);
CREATE TABLE `houses` (
  `id` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `owner_id` int NOT NULL DEFAULT 1,
  CONSTRAINT `owner` FOREIGN KEY (`owner_id`) REFERENCES `persons` (`id`)
);
CREATE TABLE `payments` (
  `payer` varchar(50) NOT NULL,
  `number` int NOT NULL,
  `amount` decimal(8,2) NOT NULL DEFAULT 9.50,
  PRIMARY KEY (`payer`, `number`),
  CONSTRAINT `payer` FOREIGN KEY (`payer`) REFERENCES `persons` (`email`) ON UPDATE CASCADE
);
CREATE TABLE `refunds` (
  `id` int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `payer` varchar(50) NOT NULL,
  `number` int,
  CONSTRAINT `refund_of` FOREIGN KEY (`payer`, `number`) REFERENCES `payments` (`payer`, `number`) ON DELETE CASCADE
);
CREATE TABLE `passports` (
  `person_id` int NOT NULL PRIMARY KEY,
  CONSTRAINT `passport` FOREIGN KEY (`person_id`) REFERENCES `persons` (`id`),
  KEY (`person_id`)
);
CREATE TABLE `circles` (
  `a` int NOT NULL, `b` int NOT NULL, `next_a` int, `next_b` int NOT NULL,
  PRIMARY KEY (`a`, `b`),
  CONSTRAINT `circle` FOREIGN KEY (`next_a`, `next_b`) REFERENCES `circles` (`a`, `b`)
);
CREATE TABLE `log` (
  `at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `text` text,
  `title` varchar(100),
  `hidden` int DEFAULT 3 INVISIBLE,
  FULLTEXT KEY `ft_title` (`title`),
  KEY `ix_title` (`title`)
);
CREATE TABLE `tunes` (
  `moods` set('slow','loud','long') NOT NULL PRIMARY KEY,
  `like` set('slow','loud','long'),
  CONSTRAINT `like_tune` FOREIGN KEY (`like`) REFERENCES `tunes` (`moods`)
);
