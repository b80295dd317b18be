-- Years later an article has versions: its key is another one, and what pointed at it points there.
CREATE TABLE `attribute` (
  `attribute_id` smallint unsigned NOT NULL AUTO_INCREMENT COMMENT 'Attribute ID',
  `kind_id` smallint unsigned NOT NULL DEFAULT '0' COMMENT 'Kind ID',
  `code` varchar(255) NOT NULL,
  `backend` varchar(8) NOT NULL DEFAULT 'static',
  PRIMARY KEY (`attribute_id`),
  UNIQUE KEY `ATTRIBUTE_KIND_ID_CODE` (`kind_id`,`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='What an article may have';
CREATE TABLE `article` (
  `row_id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'Version of an article',
  `article_id` int unsigned NOT NULL COMMENT 'Article ID',
  `valid_from` bigint unsigned NOT NULL DEFAULT '1',
  `sku` varchar(64) NOT NULL DEFAULT '',
  `has_options` smallint NOT NULL DEFAULT '0',
  `created_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP COMMENT 'Creation',
  `updated_at` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`row_id`),
  KEY `ARTICLE_SKU` (`sku`),
  KEY `ARTICLE_ID` (`article_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='Articles';
CREATE TABLE `article_int` (
  `value_id` bigint NOT NULL AUTO_INCREMENT,
  `attribute_id` smallint unsigned NOT NULL DEFAULT '0',
  `store_id` smallint unsigned NOT NULL DEFAULT '0',
  `row_id` int unsigned NOT NULL DEFAULT '0',
  `value` int DEFAULT NULL,
  PRIMARY KEY (`value_id`),
  UNIQUE KEY `UNQ_ARTICLE_ATTRIBUTE_STORE` (`row_id`,`attribute_id`,`store_id`),
  KEY `ARTICLE_INT_ATTRIBUTE_ID` (`attribute_id`),
  CONSTRAINT `ARTICLE_INT_ATTRIBUTE` FOREIGN KEY (`attribute_id`)
    REFERENCES `attribute` (`attribute_id`) ON DELETE CASCADE,
  CONSTRAINT `FK_ARTICLE_INT_ARTICLE` FOREIGN KEY (`row_id`)
    REFERENCES `article` (`row_id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `price_tmp` (
  `article_id` int unsigned NOT NULL,
  `price` decimal(20,6) DEFAULT NULL,
  PRIMARY KEY (`article_id`),
  KEY `IDX_PRICE` (`price`) USING BTREE
) ENGINE=MEMORY DEFAULT CHARSET=utf8mb4;
CREATE TABLE `order_number_1` (
  `value` int unsigned NOT NULL AUTO_INCREMENT,
  PRIMARY KEY (`value`)
) ENGINE=InnoDB AUTO_INCREMENT=1001 DEFAULT CHARSET=utf8mb4;
CREATE VIEW `stock_1` AS
  SELECT DISTINCT `a`.`row_id`, `a`.`sku`, 1 AS `can_be_sold`
  FROM `article` `a` JOIN `article_int` `i` ON `i`.`row_id` = `a`.`row_id`;
DELIMITER $$
CREATE TRIGGER `article_after_insert` AFTER INSERT ON `article` FOR EACH ROW BEGIN
  INSERT IGNORE INTO `price_tmp` (`article_id`) VALUES (NEW.`row_id`);
END$$
CREATE TRIGGER `article_after_update` AFTER UPDATE ON `article` FOR EACH ROW BEGIN
  IF NOT (NEW.`sku` <=> OLD.`sku`) THEN
    INSERT IGNORE INTO `price_tmp` (`article_id`) VALUES (NEW.`row_id`);
  END IF;
END$$
DELIMITER ;
