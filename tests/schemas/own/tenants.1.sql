-- One tenant: each table has a key of its own, and its parent's.
CREATE TABLE customer (id int unsigned NOT NULL AUTO_INCREMENT, name varchar(80) NOT NULL,
  PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `order` (id int unsigned NOT NULL AUTO_INCREMENT, customer_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (id), KEY by_customer (customer_id),
  CONSTRAINT order_of_customer FOREIGN KEY (customer_id) REFERENCES `customer` (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `line` (id int unsigned NOT NULL AUTO_INCREMENT, order_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (id), KEY by_order (order_id),
  CONSTRAINT line_of_order FOREIGN KEY (order_id) REFERENCES `order` (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `payment` (id int unsigned NOT NULL AUTO_INCREMENT, line_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (id), KEY by_line (line_id),
  CONSTRAINT payment_of_line FOREIGN KEY (line_id) REFERENCES `line` (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `refund` (id int unsigned NOT NULL AUTO_INCREMENT, payment_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (id), KEY by_payment (payment_id),
  CONSTRAINT refund_of_payment FOREIGN KEY (payment_id) REFERENCES `payment` (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `parcel` (id int unsigned NOT NULL AUTO_INCREMENT, refund_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (id), KEY by_refund (refund_id),
  CONSTRAINT parcel_of_refund FOREIGN KEY (refund_id) REFERENCES `refund` (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `invoice` (id int unsigned NOT NULL AUTO_INCREMENT, parcel_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (id), KEY by_parcel (parcel_id),
  CONSTRAINT invoice_of_parcel FOREIGN KEY (parcel_id) REFERENCES `parcel` (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
