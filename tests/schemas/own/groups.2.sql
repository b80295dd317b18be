-- The columns that are not unique get other types, at both ends at once.
SET foreign_key_checks = 0;
CREATE TABLE team (id int NOT NULL PRIMARY KEY, area bigint NOT NULL, zone varchar(20) NOT NULL DEFAULT '', name varchar(40), KEY area (area), KEY zone (zone, area)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE member (id int NOT NULL PRIMARY KEY, area bigint NOT NULL, CONSTRAINT member_area FOREIGN KEY (area) REFERENCES team (area) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE place (id int NOT NULL PRIMARY KEY, zone varchar(20) DEFAULT NULL, CONSTRAINT place_zone FOREIGN KEY zone_key (zone) REFERENCES team (zone)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE branch (root int NOT NULL, id bigint NOT NULL, parent int DEFAULT NULL, PRIMARY KEY (root, id), KEY parent (parent, id), CONSTRAINT branch_parent FOREIGN KEY (parent) REFERENCES branch (root) ON DELETE CASCADE) ENGINE=InnoDB;
