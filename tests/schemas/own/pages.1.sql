-- A content system that comments each column, and keeps revisions beside what is current.
CREATE TABLE `piece` (
  `pid` int unsigned NOT NULL auto_increment COMMENT 'The identifier of a piece.',
  `rid` int unsigned NULL DEFAULT NULL COMMENT 'The revision that is current.',
  `kind` varchar(32) NOT NULL DEFAULT '' COMMENT 'The machine name of its kind; see {piece_kind}.',
  `language` varchar(12) NOT NULL DEFAULT '',
  `title` varchar(255) NOT NULL DEFAULT '' COMMENT 'The title, always \'plain\' text.',
  `uid` int NOT NULL DEFAULT 0,
  `status` int NOT NULL DEFAULT 1 COMMENT 'Whether it is shown: 1 or 0.',
  `created` int NOT NULL DEFAULT 0,
  PRIMARY KEY (`pid`),
  UNIQUE KEY `rid` (`rid`),
  INDEX `created` (`created`),
  INDEX `shown` (`status`, `kind`, `created`, `pid`),
  INDEX `title_kind` (`title`, `kind`(4))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8 COMMENT 'The base table of pieces.';
CREATE TABLE `field_data_body` (
  `entity_id` int unsigned NOT NULL COMMENT 'The entity this is of',
  `deleted` tinyint NOT NULL DEFAULT 0,
  `language` varchar(32) NOT NULL DEFAULT '',
  `delta` int unsigned NOT NULL,
  `body_value` longtext NULL DEFAULT NULL,
  `body_format` varchar(255) NULL DEFAULT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `delta`, `language`),
  INDEX `body_format` (`body_format`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8 COMMENT 'Data storage for a field';
CREATE TABLE `cache_form` (
  `cid` varchar(255) NOT NULL DEFAULT '',
  `data` longblob NULL DEFAULT NULL,
  `expire` int NOT NULL DEFAULT 0,
  `serialized` smallint NOT NULL DEFAULT 0,
  PRIMARY KEY (`cid`),
  INDEX `expire` (`expire`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8;
CREATE TABLE `alias` (
  `aid` int unsigned NOT NULL auto_increment,
  `source` varchar(255) NOT NULL DEFAULT '',
  `alias` varchar(255) NOT NULL DEFAULT '',
  PRIMARY KEY (`aid`),
  INDEX `alias_id` (`alias`, `aid`)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8;
INSERT INTO piece (pid, rid, kind, title) VALUES (1,1,'page','One'),(2,NULL,'page','Two');
