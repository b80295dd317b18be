-- Grades become decimals, comments and widths change, keys get more columns.
CREATE TABLE cp_course (
    id BIGINT(10) NOT NULL auto_increment,
    category BIGINT(10) NOT NULL DEFAULT 0,
    sortorder BIGINT(10) NOT NULL DEFAULT 0,
    fullname VARCHAR(1333) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '',
    shortname VARCHAR(255) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    summary LONGTEXT COLLATE utf8mb4_unicode_ci,
    format VARCHAR(21) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'topics',
    visible TINYINT(1) NOT NULL DEFAULT 1,
    enddate BIGINT(10) NOT NULL DEFAULT 0,
    startdate BIGINT(10) NOT NULL DEFAULT 0,
CONSTRAINT  PRIMARY KEY (id)
, KEY cp_cour_cat_ix (category, sortorder)
, KEY cp_cour_sho_ix (shortname)
)
 ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 DEFAULT COLLATE = utf8mb4_unicode_ci ROW_FORMAT=Dynamic
 COMMENT='Central course table, with ends';
CREATE TABLE cp_grade (
    id BIGINT(10) NOT NULL auto_increment,
    item BIGINT(10) NOT NULL,
    person BIGINT(10) NOT NULL,
    raw NUMERIC(10,5) COMMENT 'as the module said it',
    final NUMERIC(10,5),
    feedback LONGTEXT COLLATE utf8mb4_unicode_ci,
    feedbackformat BIGINT(10) NOT NULL DEFAULT 0,
    hidden BIGINT(10) NOT NULL DEFAULT 0,
CONSTRAINT  PRIMARY KEY (id)
, UNIQUE KEY cp_grad_peritem_uix (person, item)
, KEY cp_grad_ite_ix (item)
, KEY cp_grad_hidper_ix (hidden, person)
)
 ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 DEFAULT COLLATE = utf8mb4_unicode_ci ROW_FORMAT=Dynamic
 COMMENT='grades, one for each person and item';
CREATE TABLE cp_forum_post (
    id BIGINT(10) NOT NULL auto_increment,
    thread BIGINT(10) NOT NULL DEFAULT 0,
    parent BIGINT(10) NOT NULL DEFAULT 0,
    person BIGINT(10) NOT NULL DEFAULT 0,
    subject VARCHAR(255) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '',
    message LONGTEXT COLLATE utf8mb4_unicode_ci NOT NULL,
    mailed TINYINT(2) NOT NULL DEFAULT 0,
    deleted TINYINT(1) NOT NULL DEFAULT 0,
CONSTRAINT  PRIMARY KEY (id)
, KEY cp_forupost_thr_ix (thread)
, KEY cp_forupost_mai_ix (mailed)
, KEY cp_forupost_perdel_ix (person, deleted)
)
 ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 DEFAULT COLLATE = utf8mb4_unicode_ci ROW_FORMAT=Dynamic
 COMMENT='All posts';
