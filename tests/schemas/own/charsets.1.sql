-- One database of many character sets, on tables and on columns of them.
SET NAMES utf8mb4;
CREATE TABLE mixed (id int NOT NULL PRIMARY KEY, l varchar(20) CHARACTER SET latin1 DEFAULT 'café', a char(8) CHARACTER SET ascii NOT NULL DEFAULT 'plain', u varchar(20) CHARACTER SET ucs2 DEFAULT NULL, b varchar(20) BINARY DEFAULT NULL, x varbinary(8) DEFAULT NULL, t tinytext) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci;
CREATE TABLE eastern (id int NOT NULL PRIMARY KEY, a varchar(10) CHARACTER SET sjis DEFAULT 'テスト', b varchar(10) CHARACTER SET gbk DEFAULT NULL, c char(5) CHARACTER SET utf16 DEFAULT NULL, d enum('ä','ß') CHARACTER SET latin2 DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=sjis COLLATE=sjis_bin;
CREATE TABLE sorted (id int NOT NULL PRIMARY KEY, de varchar(30) COLLATE latin1_german2_ci NOT NULL DEFAULT '', sv varchar(30) COLLATE latin1_swedish_ci NOT NULL DEFAULT '', cs varchar(30) COLLATE latin1_general_cs NOT NULL DEFAULT '', KEY de (de), UNIQUE KEY cs (cs, id)) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_bin;
CREATE TABLE words (id int NOT NULL PRIMARY KEY, w varchar(190) NOT NULL DEFAULT '', t text, KEY w (w)) ENGINE=MyISAM DEFAULT CHARSET=utf8;
INSERT INTO mixed (id, l, u, b, t) VALUES (1,'naïve','Ωmega','B','é'),(2,NULL,NULL,'b',NULL);
INSERT INTO words VALUES (1,'straße','x'),(2,'strasse','y');
