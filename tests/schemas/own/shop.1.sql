-- A shop that keeps each attribute in a row of its own, as mysqldump wrote it down in 2012.
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
DROP TABLE IF EXISTS `attribute`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `attribute` (
  `attribute_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT COMMENT 'Attribute Id',
  `kind_id` smallint(5) unsigned NOT NULL DEFAULT '0' COMMENT 'Kind Id',
  `code` varchar(255) NOT NULL DEFAULT '' COMMENT 'Code, as in imports',
  `backend` enum('static','moment','decimal','int','text') NOT NULL DEFAULT 'static',
  PRIMARY KEY (`attribute_id`),
  UNIQUE KEY `UNQ_ATTRIBUTE_KIND_ID_CODE` (`kind_id`,`code`)
) ENGINE=InnoDB AUTO_INCREMENT=71 DEFAULT CHARSET=utf8 COMMENT='What an article may have';
CREATE TABLE `article` (
  `article_id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'Article Id',
  `sku` varchar(64) DEFAULT NULL COMMENT 'SKU',
  `has_options` smallint(6) NOT NULL DEFAULT '0',
  `created_at` timestamp NULL DEFAULT NULL,
  `updated_at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`article_id`),
  KEY `IDX_ARTICLE_SKU` (`sku`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8 COMMENT='Articles';
CREATE TABLE `article_int` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT,
  `attribute_id` smallint(5) unsigned NOT NULL DEFAULT '0',
  `store_id` smallint(5) unsigned NOT NULL DEFAULT '0',
  `article_id` int(10) unsigned NOT NULL DEFAULT '0',
  `value` int(11) DEFAULT NULL,
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `UNQ_ARTICLE_ATTRIBUTE_STORE` (`article_id`,`attribute_id`,`store_id`),
  KEY `IDX_ARTICLE_INT_ATTRIBUTE_ID` (`attribute_id`),
  CONSTRAINT `FK_ARTICLE_INT_ATTRIBUTE` FOREIGN KEY (`attribute_id`)
    REFERENCES `attribute` (`attribute_id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `FK_ARTICLE_INT_ARTICLE` FOREIGN KEY (`article_id`)
    REFERENCES `article` (`article_id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `visitor_log` (
  `visitor_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `session` varchar(64) NOT NULL DEFAULT '',
  `last_seen` timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
  PRIMARY KEY (`visitor_id`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1 CHECKSUM=1 DELAY_KEY_WRITE=1 PACK_KEYS=1;
CREATE TABLE `price_tmp` (
  `article_id` int(10) unsigned NOT NULL,
  `price` decimal(12,4) DEFAULT NULL,
  PRIMARY KEY (`article_id`),
  KEY `IDX_PRICE` (`price`)
) ENGINE=MEMORY DEFAULT CHARSET=utf8;
DELIMITER ;;
/*!50003 CREATE*/ /*!50003 TRIGGER `article_after_insert` AFTER INSERT ON `article` FOR EACH ROW
BEGIN
  INSERT IGNORE INTO `price_tmp` (`article_id`) VALUES (NEW.`article_id`);
END */;;
DELIMITER ;
LOCK TABLES `article` WRITE;
INSERT INTO `article` (`sku`,`created_at`) VALUES ('A;1','2012-01-01 00:00:00'),('B''2',NULL);
UNLOCK TABLES;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
