-- What changes places: references, names of columns and of indexes, the primary key, a counter.
CREATE TABLE a (id int NOT NULL PRIMARY KEY, b_id int, n int, m varchar(10), KEY k1 (n), KEY k2 (m), CONSTRAINT f_a FOREIGN KEY (b_id) REFERENCES b (id)) ENGINE=InnoDB;
CREATE TABLE b (id int NOT NULL PRIMARY KEY, c_id int, CONSTRAINT f_b FOREIGN KEY (c_id) REFERENCES c (id) ON DELETE CASCADE) ENGINE=InnoDB;
CREATE TABLE c (id int NOT NULL PRIMARY KEY, a_id int, CONSTRAINT f_c FOREIGN KEY (a_id) REFERENCES a (id) ON UPDATE CASCADE) ENGINE=InnoDB;
CREATE TABLE counted (id int unsigned NOT NULL AUTO_INCREMENT, code int unsigned NOT NULL, PRIMARY KEY (id), UNIQUE KEY by_code (code)) ENGINE=InnoDB;
CREATE TABLE keyless (x int, y int) ENGINE=InnoDB;
CREATE TABLE several (x int NOT NULL, y int NOT NULL, z int NOT NULL, PRIMARY KEY (x,y,z), UNIQUE KEY u (z,y)) ENGINE=InnoDB;
INSERT INTO c VALUES (1,NULL); INSERT INTO b VALUES (1,1); INSERT INTO a VALUES (1,1,5,'five');
INSERT INTO counted VALUES (1,1),(2,2);
