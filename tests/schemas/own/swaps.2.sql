-- Each reference goes to another table, each index has the columns of another, the counter counts the other column.
CREATE TABLE a (id int NOT NULL PRIMARY KEY, c_id int, m varchar(10), n int, KEY k1 (m), KEY k2 (n), CONSTRAINT f_b FOREIGN KEY (c_id) REFERENCES c (id)) ENGINE=InnoDB;
CREATE TABLE b (id int NOT NULL PRIMARY KEY, a_id int, CONSTRAINT f_c FOREIGN KEY (a_id) REFERENCES a (id)) ENGINE=InnoDB;
CREATE TABLE c (id int NOT NULL PRIMARY KEY, b_id int, CONSTRAINT f_a FOREIGN KEY (b_id) REFERENCES b (id) ON DELETE SET NULL) ENGINE=InnoDB;
CREATE TABLE counted (id int unsigned NOT NULL, code int unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (code), UNIQUE KEY by_code (id)) ENGINE=InnoDB;
CREATE TABLE keyless (id int unsigned NOT NULL AUTO_INCREMENT, x int, y int, PRIMARY KEY (id), KEY y (y,x)) ENGINE=InnoDB;
CREATE TABLE several (z int NOT NULL, y int NOT NULL, x int NOT NULL, PRIMARY KEY (z,y), KEY u (x)) ENGINE=InnoDB;
