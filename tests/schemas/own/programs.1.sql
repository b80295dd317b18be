-- Views on views, functions in views, triggers in order, programs with settings of their own.
CREATE TABLE bill (id int NOT NULL PRIMARY KEY, billed_on date NOT NULL, region varchar(10) NOT NULL DEFAULT '', amount decimal(10,2) DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE past (id int NOT NULL PRIMARY KEY, at int NOT NULL DEFAULT 0) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE DEFINER=`keeper`@`10.0.0.%` SQL SECURITY INVOKER VIEW paid AS SELECT id, amount FROM bill WHERE amount > 0;
CREATE DEFINER=`keeper`@`10.0.0.%` SQL SECURITY INVOKER VIEW twice AS SELECT paid.id, paid.amount * 2 AS double_amount FROM paid;
CREATE VIEW counted AS SELECT count(*) AS n FROM twice JOIN paid USING (id);
CREATE DEFINER=`keeper`@`%` FUNCTION gross(a decimal(10,2)) RETURNS decimal(10,2) DETERMINISTIC SQL SECURITY INVOKER RETURN a * 1.19;
CREATE VIEW grossed AS SELECT id, gross(amount) AS gross FROM bill;
CREATE DEFINER=`keeper`@`%` EVENT forget ON SCHEDULE EVERY 1 DAY STARTS '2031-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'it''s "forgotten"' DO DELETE FROM past WHERE at < 5;
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
DELIMITER $$
CREATE DEFINER=`keeper`@`%` PROCEDURE close_year(IN y int, OUT n int) COMMENT 'closes; a year'
BEGIN
  DECLARE done int DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM "bill" WHERE YEAR(billed_on) = y; -- all; of them
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  SET n = 0;
  OPEN c;
  l: LOOP
    IF done THEN LEAVE l; END IF;
    SET n = n + 1;
  END LOOP l;
  CLOSE c;
END$$
DELIMITER ;
SET sql_mode = '';
CREATE TRIGGER first_one BEFORE INSERT ON bill FOR EACH ROW SET NEW.amount = ifnull(NEW.amount, 0);
CREATE TRIGGER second_one BEFORE INSERT ON bill FOR EACH ROW FOLLOWS first_one SET NEW.region = upper(NEW.region);
INSERT INTO bill VALUES (1,'2025-05-05','n',1),(2,'2026-06-06','s',NULL);
