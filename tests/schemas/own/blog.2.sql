-- The same ten years on: InnoDB, utf8mb4, wider keys, but still zero dates.
SET NAMES utf8mb4;

CREATE TABLE bl_entry (
  entry_id bigint unsigned NOT NULL auto_increment,
  writer_id bigint unsigned NOT NULL default '0',
  written datetime NOT NULL default '0000-00-00 00:00:00',
  changed datetime NOT NULL default '0000-00-00 00:00:00',
  shown_from datetime NOT NULL default '0000-00-00 00:00:00',
  headline text NOT NULL,
  body longtext NOT NULL,
  path varchar(200) NOT NULL default '',
  state varchar(20) NOT NULL default 'draft',
  guid varchar(255) NOT NULL default '',
  replies bigint NOT NULL default '0',
  PRIMARY KEY  (entry_id),
  KEY path (path(191)),
  KEY front_page (state,shown_from,entry_id),
  KEY writer (writer_id),
  FULLTEXT KEY words (headline,body)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE bl_entry_extra (
  extra_id bigint unsigned NOT NULL auto_increment,
  entry_id bigint unsigned NOT NULL default '0',
  extra_key varchar(255) default NULL,
  extra_value longtext,
  PRIMARY KEY  (extra_id),
  KEY by_entry (entry_id),
  KEY by_key (extra_key(191))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE bl_setting (
  setting_id bigint unsigned NOT NULL auto_increment,
  site_id int NOT NULL default '1',
  setting varchar(191) NOT NULL default '',
  value longtext NOT NULL,
  preload varchar(20) NOT NULL default 'yes',
  PRIMARY KEY  (setting_id),
  UNIQUE KEY site_setting (site_id,setting)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE bl_visitor (
  address varbinary(16) NOT NULL,
  seen timestamp NOT NULL default CURRENT_TIMESTAMP on update CURRENT_TIMESTAMP,
  pages int unsigned NOT NULL default '0',
  agent varchar(190) character set ascii collate ascii_bin default NULL,
  PRIMARY KEY  (address),
  KEY seen (seen) USING BTREE
) ENGINE=MEMORY DEFAULT CHARSET=utf8mb4;
