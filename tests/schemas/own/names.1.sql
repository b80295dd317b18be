-- Names and texts that have to be quoted, of many alphabets; in an old Russian character set.
SET NAMES utf8mb4;
CREATE TABLE `тест таблица` (`ключ` int NOT NULL AUTO_INCREMENT COMMENT 'Ключ "главный" ''да''', `a``b` int DEFAULT '5', `50%` decimal(5,2) unsigned zerofill DEFAULT '001.50', PRIMARY KEY (`ключ`), KEY `a``b idx` (`a``b`)) ENGINE=InnoDB DEFAULT CHARSET=cp1251 COMMENT='Строка';
CREATE TABLE `select` (`from` int DEFAULT NULL, `where` varchar(10) DEFAULT 'null', `values` enum('','a,b','c''d','NULL') DEFAULT '', `check` set('x','y z') NOT NULL DEFAULT 'x', `primary` text, `key` char(0) DEFAULT NULL, KEY `group` (`from`), KEY `PRIMARYx` (`primary`(20))) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE `meta-category` (`zip code` varchar(10) NOT NULL, `rank` int NOT NULL, `system` tinyint(1) NOT NULL DEFAULT '0', `grouping` int DEFAULT NULL, `Qualify` int DEFAULT NULL, PRIMARY KEY (`zip code`), UNIQUE KEY `rank` (`rank`,`grouping`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE VIEW `over view` AS SELECT `from` AS `the ``from```, `where` FROM `select` WHERE `values` <> 'c''d';
INSERT INTO `select` VALUES (1,'a','a,b','x,y z','text',''),(2,NULL,'NULL','',NULL,NULL);
