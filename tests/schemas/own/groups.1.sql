-- Foreign keys to columns that are not unique, as old servers allowed them; to one's own table, to half a key.
SET foreign_key_checks = 0;
CREATE TABLE team (id int NOT NULL PRIMARY KEY, area int NOT NULL, zone varchar(10) NOT NULL DEFAULT '', KEY area (area), KEY zone (zone, area)) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE member (id int NOT NULL PRIMARY KEY, area int NOT NULL, CONSTRAINT member_area FOREIGN KEY (area) REFERENCES team (area)) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE place (id int NOT NULL PRIMARY KEY, zone varchar(10) DEFAULT NULL, CONSTRAINT place_zone FOREIGN KEY zone_key (zone) REFERENCES team (zone) ON DELETE SET NULL) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE branch (root int NOT NULL, id int NOT NULL, parent int DEFAULT NULL, PRIMARY KEY (root, id), KEY parent (parent), CONSTRAINT branch_parent FOREIGN KEY (parent) REFERENCES branch (root)) ENGINE=InnoDB;
INSERT INTO team VALUES (1,7,'n'),(2,7,'n'),(3,8,'s'); INSERT INTO member VALUES (1,7),(2,8); INSERT INTO place VALUES (1,'n'),(2,NULL);
