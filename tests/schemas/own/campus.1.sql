-- A campus: a prefix on all tables, a comment on each, floats for grades, compressed rows.
CREATE TABLE cp_course (
    id BIGINT(10) NOT NULL auto_increment,
    category BIGINT(10) NOT NULL DEFAULT 0,
    fullname VARCHAR(254) NOT NULL DEFAULT '',
    shortname VARCHAR(100) NOT NULL DEFAULT '',
    summary LONGTEXT,
    format VARCHAR(10) NOT NULL DEFAULT 'topics',
    visible TINYINT(1) NOT NULL DEFAULT 1,
    startdate BIGINT(10) NOT NULL DEFAULT 0,
CONSTRAINT  PRIMARY KEY (id)
, KEY cp_cour_cat_ix (category)
, KEY cp_cour_sho_ix (shortname)
)
 ENGINE = InnoDB DEFAULT CHARACTER SET utf8 DEFAULT COLLATE = utf8_unicode_ci ROW_FORMAT=Compressed
 COMMENT='Central course table';
CREATE TABLE cp_grade (
    id BIGINT(10) NOT NULL auto_increment,
    item BIGINT(10) NOT NULL,
    person BIGINT(10) NOT NULL,
    raw DOUBLE(10,5) COMMENT 'as the module said',
    final FLOAT(11,10),
    feedback MEDIUMTEXT,
    hidden BIGINT(10) NOT NULL DEFAULT 0,
CONSTRAINT  PRIMARY KEY (id)
, UNIQUE KEY cp_grad_peritem_uix (person, item)
, KEY cp_grad_ite_ix (item)
)
 ENGINE = InnoDB DEFAULT CHARACTER SET utf8 DEFAULT COLLATE = utf8_unicode_ci
 COMMENT='grades, one a person and item';
CREATE TABLE cp_forum_post (
    id BIGINT(10) NOT NULL auto_increment,
    thread BIGINT(10) NOT NULL DEFAULT 0,
    parent BIGINT(10) NOT NULL DEFAULT 0,
    subject VARCHAR(255) NOT NULL DEFAULT '',
    message LONGTEXT NOT NULL,
    attachment VARCHAR(100) NOT NULL DEFAULT '',
    mailed TINYINT(2) unsigned NOT NULL DEFAULT 0,
CONSTRAINT  PRIMARY KEY (id)
, KEY cp_forupost_thr_ix (thread)
, KEY cp_forupost_mai_ix (mailed)
)
 ENGINE = MyISAM DEFAULT CHARACTER SET utf8 DEFAULT COLLATE = utf8_unicode_ci
 COMMENT='All posts';
INSERT INTO cp_grade (item, person, raw, final) VALUES (1,1,70.5,0.705),(1,2,NULL,NULL);
