-- Each of them changes: accounts, modes, the order of triggers, what views are made of; one kind goes.
CREATE TABLE bill (id bigint NOT NULL PRIMARY KEY, billed_on date NOT NULL, region varchar(10) NOT NULL DEFAULT '', amount decimal(12,2) DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE past (id bigint NOT NULL PRIMARY KEY, at int NOT NULL DEFAULT 0) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE DEFINER=`keeper`@`10.0.0.%` SQL SECURITY INVOKER VIEW paid AS SELECT id, amount, region FROM bill WHERE amount > 0 WITH CASCADED CHECK OPTION;
CREATE DEFINER=`other`@`%` SQL SECURITY INVOKER VIEW twice AS SELECT paid.id, paid.amount * 3 AS double_amount, region FROM paid;
CREATE VIEW counted AS SELECT count(*) AS n, twice.region FROM twice JOIN paid USING (id) GROUP BY twice.region;
CREATE DEFINER=`other`@`%` FUNCTION gross(a decimal(12,2), r decimal(5,2)) RETURNS decimal(12,2) DETERMINISTIC SQL SECURITY INVOKER RETURN a * r;
CREATE ALGORITHM=MERGE VIEW grossed AS SELECT id, gross(amount, 1.2) AS gross FROM bill;
CREATE VIEW highest AS SELECT max(gross) AS most FROM grossed;
DELIMITER $$
CREATE DEFINER=`other`@`%` PROCEDURE close_year(IN y int, OUT n bigint) READS SQL DATA
BEGIN
  SELECT count(*) INTO n FROM bill WHERE YEAR(billed_on) = y;
END$$
DELIMITER ;
CREATE TRIGGER second_one BEFORE INSERT ON bill FOR EACH ROW SET NEW.region = lower(NEW.region);
CREATE TRIGGER first_one BEFORE INSERT ON bill FOR EACH ROW FOLLOWS second_one SET NEW.amount = ifnull(NEW.amount, 1);
CREATE TRIGGER third_one AFTER DELETE ON bill FOR EACH ROW INSERT INTO past (id) VALUES (OLD.id);
