-- Habits of schemas that are twenty years old, in a shop that never was.
SET sql_mode = '';

CREATE TABLE stock (
  id int NOT NULL auto_increment,
  code varchar(20) NOT NULL,
  shelf varchar(20) NOT NULL,
  hash char(32) DEFAULT NULL,
  comment tinytext,
  action enum('in','out') NOT NULL DEFAULT 'in',
  counted timestamp NULL DEFAULT 0,
  place point NOT NULL,
  bought date NOT NULL DEFAULT '0000-00-00',
  PRIMARY KEY (id),
  UNIQUE KEY shelf (shelf),
  UNIQUE KEY code (code),
  UNIQUE KEY hash (hash),
  KEY comment (comment(10)),
  SPATIAL KEY place (place)
);

CREATE TABLE parcel (
  `stock id` int NOT NULL,
  weight float(7,2) NOT NULL DEFAULT '0.00',
  sent_to int DEFAULT NULL,
  made_of int DEFAULT NULL,
  year year DEFAULT NULL,
  CONSTRAINT z_first FOREIGN KEY (made_of) REFERENCES stock (id) ON DELETE SET NULL,
  CONSTRAINT a_second FOREIGN KEY (`stock id`) REFERENCES stock (id)
);
CREATE INDEX heavy ON parcel (weight);
ALTER TABLE parcel ADD CONSTRAINT m_third FOREIGN KEY (sent_to) REFERENCES stock (id);

CREATE TABLE log (
  at int unsigned NOT NULL DEFAULT '0',
  what varchar(200) CHARACTER SET ascii NOT NULL DEFAULT '',
  seen tinyint(1) DEFAULT NULL,
  KEY at USING BTREE (at)
) ENGINE=MyISAM PACK_KEYS=1 MAX_ROWS=10000000;

CREATE VIEW `in stock` AS SELECT code, comment, action FROM stock WHERE action = 'in';

DELIMITER //
CREATE TRIGGER stock_seen AFTER INSERT ON stock FOR EACH ROW
BEGIN
	INSERT INTO log (at, what) VALUES (UNIX_TIMESTAMP(), NEW.code);  
END//
CREATE PROCEDURE count_all(IN wanted varchar(20))
BEGIN
  -- how many there are  
  # and of what
  SELECT count(*) /* all */
  FROM stock	
  WHERE code = wanted;
END//
DELIMITER ;
