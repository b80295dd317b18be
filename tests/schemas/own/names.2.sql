-- Their types, labels and comments change.
SET NAMES utf8mb4;
CREATE TABLE `тест таблица` (`ключ` bigint NOT NULL AUTO_INCREMENT COMMENT 'Ключ \\ `x`', `a``b` int DEFAULT '7', `50%` decimal(7,2) DEFAULT '1.50', `новый` varchar(10) DEFAULT 'да', PRIMARY KEY (`ключ`), KEY `a``b idx` (`a``b`,`50%`), KEY `ключ2` (`новый`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Строка — 日本 😀';
CREATE TABLE `select` (`from` bigint NOT NULL, `where` varchar(20) DEFAULT 'NULL', `values` enum('a,b','','c''d','null','"') DEFAULT 'a,b', `check` set('y z','x','w') NOT NULL DEFAULT 'x,w', `primary` mediumtext, `key` char(1) DEFAULT '', `table` int DEFAULT NULL, PRIMARY KEY (`from`), KEY `PRIMARYx` (`primary`(40))) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `meta-category` (`zip code` varchar(12) NOT NULL, `rank` int unsigned NOT NULL, `system` tinyint(4) NOT NULL DEFAULT '0', `grouping` int DEFAULT NULL, `QUALIFY` bigint DEFAULT NULL, PRIMARY KEY (`rank`), UNIQUE KEY `zip` (`zip code`,`grouping`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE VIEW `over view` AS SELECT `from` AS `the ``from```, `where`, `table` FROM `select` WHERE `values` <> 'c''d';
