-- Readings get a primary key and partitions by month; relays have a table of their own; triggers keep a log.
CREATE TABLE machine (machineid bigint unsigned NOT NULL, relayid bigint unsigned NULL,
  machine varchar(128) DEFAULT '' NOT NULL, status integer DEFAULT '0' NOT NULL,
  templateid bigint unsigned NULL, machine_upper varchar(128) DEFAULT '' NOT NULL,
  uuid varchar(32) DEFAULT '' NOT NULL, PRIMARY KEY (machineid)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX machine_1 ON machine (machine);
CREATE INDEX machine_6 ON machine (machine_upper);
CREATE TABLE relay (relayid bigint unsigned NOT NULL, name varchar(128) DEFAULT '' NOT NULL,
  PRIMARY KEY (relayid), UNIQUE KEY relay_1 (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE probe (probeid bigint unsigned NOT NULL, type integer DEFAULT '0' NOT NULL,
  machineid bigint unsigned NOT NULL, key_ varchar(2048) DEFAULT '' NOT NULL, params text NOT NULL,
  templateid bigint unsigned NULL, PRIMARY KEY (probeid)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE INDEX probe_1 ON probe (machineid,key_(764));
CREATE INDEX probe_4 ON probe (templateid);
CREATE TABLE reading (probeid bigint unsigned NOT NULL, clock integer DEFAULT '0' NOT NULL,
  value DOUBLE PRECISION DEFAULT '0.0000' NOT NULL, ns integer DEFAULT '0' NOT NULL,
  PRIMARY KEY (probeid,clock,ns)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
  PARTITION BY RANGE (clock) (
    PARTITION p2026_01 VALUES LESS THAN (1769904000) ENGINE = InnoDB,
    PARTITION p2026_02 VALUES LESS THAN (1772323200) ENGINE = InnoDB,
    PARTITION rest VALUES LESS THAN MAXVALUE ENGINE = InnoDB);
CREATE TABLE changed (changeid bigint unsigned NOT NULL auto_increment, object integer DEFAULT '0' NOT NULL,
  objectid bigint unsigned NOT NULL, clock integer DEFAULT '0' NOT NULL, PRIMARY KEY (changeid)) ENGINE=InnoDB;
CREATE TABLE edition (editionid bigint unsigned NOT NULL, mandatory integer DEFAULT '0' NOT NULL,
  optional integer DEFAULT '0' NOT NULL, PRIMARY KEY (editionid)) ENGINE=InnoDB;
ALTER TABLE machine ADD CONSTRAINT c_machine_1 FOREIGN KEY (relayid) REFERENCES relay (relayid);
ALTER TABLE machine ADD CONSTRAINT c_machine_3 FOREIGN KEY (templateid) REFERENCES machine (machineid) ON DELETE CASCADE;
ALTER TABLE probe ADD CONSTRAINT c_probe_1 FOREIGN KEY (machineid) REFERENCES machine (machineid) ON DELETE CASCADE;
ALTER TABLE probe ADD CONSTRAINT c_probe_2 FOREIGN KEY (templateid) REFERENCES probe (probeid) ON DELETE CASCADE;
CREATE TRIGGER machine_insert AFTER INSERT ON machine FOR EACH ROW INSERT INTO changed (object,objectid,clock) VALUES (1,new.machineid,unix_timestamp());
CREATE TRIGGER machine_upper_insert BEFORE INSERT ON machine FOR EACH ROW SET NEW.machine_upper=UPPER(NEW.machine);
DELIMITER $$
CREATE TRIGGER machine_upper_update BEFORE UPDATE ON machine FOR EACH ROW BEGIN
  IF NEW.machine<>OLD.machine THEN SET NEW.machine_upper=UPPER(NEW.machine); END IF;
END$$
DELIMITER ;
