-- Columns that are computed: from JSON, from each other, some stored and some in indexes; defaults that are expressions.
CREATE TABLE answers (id int NOT NULL PRIMARY KEY, doc json DEFAULT NULL,
  a00 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k0'))) STORED,
  a01 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k1'))) VIRTUAL,
  a02 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k2'))) VIRTUAL,
  a03 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k3'))) VIRTUAL,
  a04 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k4'))) STORED,
  a05 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k5'))) VIRTUAL,
  a06 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k6'))) VIRTUAL,
  a07 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k7'))) VIRTUAL,
  a08 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k8'))) STORED,
  a09 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k9'))) VIRTUAL,
  a10 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k10'))) VIRTUAL,
  a11 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k11'))) VIRTUAL,
  a12 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k12'))) STORED,
  a13 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k13'))) VIRTUAL,
  a14 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k14'))) VIRTUAL,
  a15 varchar(40) GENERATED ALWAYS AS (json_unquote(json_extract(doc, '$.k15'))) VIRTUAL,
  KEY by_a01 (a01), KEY by_a04 (a04)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE figure (id int NOT NULL PRIMARY KEY, net decimal(8,2) NOT NULL DEFAULT 0.00, rate decimal(4,2) NOT NULL DEFAULT 1.20, gross decimal(10,2) AS (net * rate) VIRTUAL, label varchar(20) AS (concat('no ', id)) VIRTUAL COMMENT 'shown', half int AS (id DIV 2) STORED, plain int DEFAULT NULL, made int NOT NULL DEFAULT (1 + 1), KEY half (half)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO answers (id, doc) VALUES (1, '{"k0": "a", "K1": "b", "k1": "c"}'), (2, NULL);
INSERT INTO figure (id, net) VALUES (1, 10), (2, 12.5);
