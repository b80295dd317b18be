-- A blog engine of 2008: MyISAM, zero dates, three character sets, keys as long as they may be.
SET NAMES utf8;

CREATE TABLE bl_entry (
  entry_id int(11) unsigned NOT NULL auto_increment,
  writer_id int(11) unsigned NOT NULL default '0',
  written datetime NOT NULL default '0000-00-00 00:00:00',
  shown_from datetime NOT NULL default '0000-00-00 00:00:00',
  headline tinytext NOT NULL,
  body longtext NOT NULL,
  path varchar(200) NOT NULL default '',
  state enum('draft','open','gone') NOT NULL default 'draft',
  replies int(11) NOT NULL default '0',
  PRIMARY KEY  (entry_id),
  KEY path (path),
  KEY front_page (state,shown_from,entry_id),
  FULLTEXT KEY words (headline,body)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

CREATE TABLE bl_entry_extra (
  extra_id bigint(20) unsigned NOT NULL auto_increment,
  entry_id int(11) unsigned NOT NULL default '0',
  extra_key varchar(250) default NULL,
  extra_value longtext,
  PRIMARY KEY  (extra_id),
  KEY by_entry (entry_id),
  KEY by_key (extra_key)
) ENGINE=MyISAM DEFAULT CHARSET=utf8;

CREATE TABLE bl_setting (
  site_id smallint(5) NOT NULL default '1',
  setting varchar(60) binary NOT NULL default '',
  value text NOT NULL,
  preload char(1) NOT NULL default 'y',
  PRIMARY KEY  (site_id,setting)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;

CREATE TABLE bl_visitor (
  address int(10) unsigned zerofill NOT NULL default '0000000000',
  seen timestamp NOT NULL default CURRENT_TIMESTAMP on update CURRENT_TIMESTAMP,
  pages mediumint(8) unsigned NOT NULL default '0',
  PRIMARY KEY  (address) USING BTREE
) ENGINE=MEMORY DEFAULT CHARSET=ascii;

INSERT INTO bl_entry (entry_id, writer_id, written, headline, body, path)
  VALUES (1,1,'2008-05-01 12:00:00','Hello; and welcome','It''s "here"; -- finally','hello'),
         (2,1,'0000-00-00 00:00:00','A draft','','a-draft');
INSERT INTO bl_setting VALUES (1,'title','Ein Blog',''),(2,'title','Un blog','y');
