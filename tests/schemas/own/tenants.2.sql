-- Many tenants: every key, and every reference, begins with the tenant.
CREATE TABLE customer (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, name varchar(80) NOT NULL,
  PRIMARY KEY (tenant_id, id), KEY own (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `order` (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, customer_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (tenant_id, id), KEY own (id), KEY by_customer (tenant_id, customer_id),
  CONSTRAINT order_of_customer FOREIGN KEY (tenant_id, customer_id) REFERENCES `customer` (tenant_id, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `line` (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, order_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (tenant_id, id), KEY own (id), KEY by_order (tenant_id, order_id),
  CONSTRAINT line_of_order FOREIGN KEY (tenant_id, order_id) REFERENCES `order` (tenant_id, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `payment` (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, line_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (tenant_id, id), KEY own (id), KEY by_line (tenant_id, line_id),
  CONSTRAINT payment_of_line FOREIGN KEY (tenant_id, line_id) REFERENCES `line` (tenant_id, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `refund` (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, payment_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (tenant_id, id), KEY own (id), KEY by_payment (tenant_id, payment_id),
  CONSTRAINT refund_of_payment FOREIGN KEY (tenant_id, payment_id) REFERENCES `payment` (tenant_id, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `parcel` (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, refund_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (tenant_id, id), KEY own (id), KEY by_refund (tenant_id, refund_id),
  CONSTRAINT parcel_of_refund FOREIGN KEY (tenant_id, refund_id) REFERENCES `refund` (tenant_id, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE `invoice` (tenant_id int unsigned NOT NULL, id int unsigned NOT NULL AUTO_INCREMENT, parcel_id int unsigned NOT NULL,
  amount decimal(10,2) NOT NULL DEFAULT '0.00', PRIMARY KEY (tenant_id, id), KEY own (id), KEY by_parcel (tenant_id, parcel_id),
  CONSTRAINT invoice_of_parcel FOREIGN KEY (tenant_id, parcel_id) REFERENCES `parcel` (tenant_id, id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
