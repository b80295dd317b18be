-- A monitor of machines: names in a binary collation, keys and references written behind the tables.
CREATE TABLE machine (machineid bigint unsigned NOT NULL, relay_machineid bigint unsigned NULL,
  machine varchar(128) DEFAULT '' NOT NULL, status integer DEFAULT '0' NOT NULL,
  templateid bigint unsigned NULL, PRIMARY KEY (machineid)) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
CREATE INDEX machine_1 ON machine (machine);
CREATE TABLE probe (probeid bigint unsigned NOT NULL, type integer DEFAULT '0' NOT NULL,
  machineid bigint unsigned NOT NULL, key_ varchar(255) DEFAULT '' NOT NULL, params text NOT NULL,
  templateid bigint unsigned NULL, PRIMARY KEY (probeid)) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
CREATE UNIQUE INDEX probe_1 ON probe (machineid,key_);
CREATE INDEX probe_4 ON probe (templateid);
CREATE TABLE reading (probeid bigint unsigned NOT NULL, clock integer DEFAULT '0' NOT NULL,
  value double(16,4) DEFAULT '0.0000' NOT NULL, ns integer DEFAULT '0' NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_bin;
CREATE INDEX reading_1 ON reading (probeid,clock);
CREATE TABLE edition (mandatory integer DEFAULT '0' NOT NULL, optional integer DEFAULT '0' NOT NULL) ENGINE=InnoDB;
ALTER TABLE machine ADD CONSTRAINT c_machine_1 FOREIGN KEY (relay_machineid) REFERENCES machine (machineid);
ALTER TABLE machine ADD CONSTRAINT c_machine_3 FOREIGN KEY (templateid) REFERENCES machine (machineid) ON DELETE CASCADE;
ALTER TABLE probe ADD CONSTRAINT c_probe_1 FOREIGN KEY (machineid) REFERENCES machine (machineid) ON DELETE CASCADE;
ALTER TABLE probe ADD CONSTRAINT c_probe_2 FOREIGN KEY (templateid) REFERENCES probe (probeid) ON DELETE CASCADE;
INSERT INTO machine (machineid, machine) VALUES (1,'a'),(2,'A');
INSERT INTO reading VALUES (1,1769900000,0.5,1),(1,1772300000,1.5,2),(1,1800000000,2.25,3);
