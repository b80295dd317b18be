"""Which statements surely only read, and how a statement reads without its values."""

from __future__ import annotations

import pytest

from plumbob.runtime.statements import is_read, masked

READS = """
SELECT 1
SELECT `t1`.`id`, `t1`.`name` FROM `users` AS `t1` WHERE (`t1`.`email` = %s) LIMIT %s OFFSET %s
select count(1) from (select 1 from `users` as `t1` where (`t1`.`id` in (%s, %s))) as `_wrapped`
(SELECT 1) UNION ALL (SELECT MAX(`id`) FROM `t`)
SELECT LOWER(`a`), COALESCE(SUM(`b`), %s), JSON_EXTRACT(`c`, '$.for.update') FROM `t` GROUP BY (`a`)
SELECT ROW_NUMBER() OVER (PARTITION BY `a` ORDER BY `b`) FROM `t`
SELECT `update`, `for` FROM `insert` WHERE `set` = 'into'
WITH RECURSIVE cte AS (SELECT 1 UNION SELECT 2) SELECT * FROM cte
/* a hint */ SELECT @@version
SHOW INDEX FROM `users`
EXPLAIN SELECT * FROM `users`
DESCRIBE `users`
""".strip().splitlines()

OTHERS = """
INSERT INTO `t` (`a`) VALUES (%s)
UPDATE `t` SET `a` = %s
DELETE FROM `t`
REPLACE INTO `t` VALUES (1)
SELECT * FROM `t` FOR UPDATE
SELECT * FROM `t` LOCK IN SHARE MODE
SELECT * FROM `t` INTO OUTFILE '/tmp/x'
SELECT 1 INTO @a
SELECT @a := 1
SELECT GET_LOCK('a', 1)
SELECT LAST_INSERT_ID()
SELECT NEXTVAL(s)
SELECT NEXT VALUE FOR s
SELECT SLEEP(1)
SELECT my_function(1)
SELECT shop.count(1)
SELECT `count`(1)
WITH c AS (SELECT 1) DELETE FROM `t`
EXPLAIN ANALYZE DELETE FROM `t`
SELECT 1; DELETE FROM `t`
SELECT /*! my_function(1), */ 1
SELECT /*M! my_function(1), */ 1
CALL p()
SET @a = 1
DO SLEEP(1)
COMMIT
""".strip().splitlines()


@pytest.mark.parametrize("sql", READS)
def test_reads(sql: str) -> None:
    assert is_read(sql)


@pytest.mark.parametrize("sql", [*OTHERS, "", "/* nothing */", "("])
def test_what_may_write_or_is_not_understood_is_no_read(sql: str) -> None:
    assert not is_read(sql)


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT 'a''b\\'c', \"d\", 1, 1.5e3, 0xFF FROM `t1`", "SELECT ?, ?, ?, ?, ? FROM `t1`"),
        ("SELECT t1.x FROM a1 AS t1 WHERE y = %s", "SELECT t1.x FROM a1 AS t1 WHERE y = %s"),
        ("SELECT 1 -- 'secret\n, 2 # secret", "SELECT ? \n, ?"),
        ("SELECT `it's` /* secret */", "SELECT `it's`"),
        ("SELECT 'not closed", "SELECT ?"),
        ("SELECT x'41', b'01', N'a', _utf8mb4'a'", "SELECT x?, b?, N?, _utf8mb4?"),
    ],
)
def test_masked(sql: str, shown: str) -> None:
    assert masked(sql) == shown
