-- What was a unique index is the primary key; who edited has a table of its own.
CREATE TABLE sheet (
  sheet_id INT UNSIGNED AUTO_INCREMENT NOT NULL,
  sheet_space INT NOT NULL,
  sheet_title VARBINARY(255) NOT NULL,
  sheet_is_new TINYINT UNSIGNED DEFAULT 0 NOT NULL,
  sheet_dice DOUBLE PRECISION UNSIGNED NOT NULL,
  sheet_touched BINARY(14) NOT NULL,
  sheet_lang VARBINARY(35) DEFAULT NULL,
  sheet_latest INT UNSIGNED NOT NULL,
  UNIQUE INDEX sheet_space_title (sheet_space, sheet_title),
  INDEX sheet_dice (sheet_dice),
  PRIMARY KEY(sheet_id)
) ENGINE=InnoDB, DEFAULT CHARSET=binary;
CREATE TABLE edit (
  edit_id BIGINT UNSIGNED AUTO_INCREMENT NOT NULL,
  edit_sheet INT UNSIGNED NOT NULL,
  edit_note_id BIGINT UNSIGNED DEFAULT 0 NOT NULL,
  edit_writer BIGINT UNSIGNED DEFAULT 0 NOT NULL,
  edit_time BINARY(14) NOT NULL,
  edit_sha1 VARBINARY(32) DEFAULT '' NOT NULL,
  INDEX edit_writer_time (edit_writer, edit_time, edit_id),
  INDEX edit_sheet_time (edit_sheet, edit_time),
  PRIMARY KEY(edit_id)
) ENGINE=InnoDB, DEFAULT CHARSET=binary;
CREATE TABLE writer (
  writer_id BIGINT UNSIGNED AUTO_INCREMENT NOT NULL,
  writer_user INT UNSIGNED DEFAULT NULL,
  writer_name VARBINARY(255) NOT NULL,
  UNIQUE INDEX writer_user (writer_user),
  UNIQUE INDEX writer_name (writer_name),
  PRIMARY KEY(writer_id)
) ENGINE=InnoDB, DEFAULT CHARSET=binary;
CREATE TABLE found (
  found_sheet INT UNSIGNED NOT NULL,
  found_title VARCHAR(255) DEFAULT '' NOT NULL,
  found_text MEDIUMTEXT NOT NULL,
  UNIQUE INDEX found_sheet (found_sheet),
  FULLTEXT INDEX found_title (found_title),
  FULLTEXT INDEX found_text (found_text)
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb4;
CREATE TABLE sheet_group (
  group_from INT UNSIGNED DEFAULT 0 NOT NULL,
  group_sort VARBINARY(230) DEFAULT '' NOT NULL,
  group_stamp TIMESTAMP NOT NULL,
  group_kind ENUM('sheet', 'part', 'file', 'talk') DEFAULT 'sheet' NOT NULL,
  group_target BIGINT UNSIGNED NOT NULL,
  INDEX group_stamp (group_target, group_stamp),
  PRIMARY KEY(group_from, group_target)
) ENGINE=InnoDB, DEFAULT CHARSET=binary;
