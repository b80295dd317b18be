-- A wiki that trusts no character set: all text is binary, and a unique index stands where a key should.
CREATE TABLE /*prefix*/sheet (
  sheet_id int unsigned NOT NULL PRIMARY KEY AUTO_INCREMENT,
  sheet_space int NOT NULL,
  sheet_title varchar(255) binary NOT NULL,
  sheet_rights tinyblob NOT NULL,
  sheet_is_new tinyint unsigned NOT NULL default 0,
  sheet_dice real unsigned NOT NULL,
  sheet_touched binary(14) NOT NULL default '',
  sheet_latest int unsigned NOT NULL
) ENGINE=InnoDB, DEFAULT CHARSET=binary;
CREATE UNIQUE INDEX space_title ON sheet (sheet_space,sheet_title);
CREATE INDEX sheet_dice ON sheet (sheet_dice);
CREATE TABLE edit (
  edit_id int unsigned NOT NULL PRIMARY KEY AUTO_INCREMENT,
  edit_sheet int unsigned NOT NULL,
  edit_note varbinary(767) NOT NULL,
  edit_by int unsigned NOT NULL default 0,
  edit_by_text varchar(255) binary NOT NULL default '',
  edit_time binary(14) NOT NULL default '\0\0\0\0\0\0\0\0\0\0\0\0\0\0',
  edit_sha1 varbinary(32) NOT NULL default ''
) ENGINE=InnoDB, DEFAULT CHARSET=binary MAX_ROWS=10000000 AVG_ROW_LENGTH=1024;
CREATE UNIQUE INDEX edit_sheet_id ON edit (edit_sheet, edit_id);
CREATE INDEX edit_time ON edit (edit_time);
CREATE TABLE found (
  found_sheet int unsigned NOT NULL,
  found_title varchar(255) NOT NULL default '',
  found_text mediumtext NOT NULL
) ENGINE=MyISAM DEFAULT CHARSET=utf8;
CREATE UNIQUE INDEX found_sheet ON found (found_sheet);
CREATE FULLTEXT INDEX found_title ON found (found_title);
CREATE FULLTEXT INDEX found_text ON found (found_text);
CREATE TABLE sheet_group (
  group_from int unsigned NOT NULL default 0,
  group_to varchar(255) binary NOT NULL default '',
  group_sort varbinary(230) NOT NULL default '',
  group_stamp timestamp NOT NULL,
  group_kind ENUM('sheet','part','file') NOT NULL default 'sheet'
) ENGINE=InnoDB, DEFAULT CHARSET=binary;
CREATE UNIQUE INDEX group_from ON sheet_group (group_from,group_to);
INSERT INTO sheet VALUES (1,0,'Main','',1,0.5,'20080101000000',1),(2,0,'main','',0,0.25,'20080101000001',2);
