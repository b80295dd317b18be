-- utf8mb4 everywhere, checks gone, a reference by another column, keys that begin with the tenant.
CREATE TABLE flavor (
	created_at DATETIME,
	updated_at DATETIME,
	id INTEGER NOT NULL AUTO_INCREMENT,
	name VARCHAR(255) NOT NULL DEFAULT '',
	memory_mb INTEGER NOT NULL,
	disabled BOOL,
	description TEXT,
	PRIMARY KEY (id),
	CONSTRAINT uniq_flavor0name UNIQUE (name)
)ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE guest (
	created_at DATETIME,
	deleted INTEGER,
	id INTEGER NOT NULL AUTO_INCREMENT,
	uuid VARCHAR(36) CHARACTER SET ascii NOT NULL,
	flavor_id INTEGER,
	project_id VARCHAR(255),
	power_state INTEGER,
	task_state VARCHAR(64),
	key_data LONGTEXT,
	locked_by VARCHAR(10),
	host_name VARCHAR(255),
	hidden BOOL NOT NULL DEFAULT '0',
	PRIMARY KEY (id),
	CONSTRAINT uniq_guest0uuid UNIQUE (uuid),
	CONSTRAINT guest_flavor_fk FOREIGN KEY(flavor_id) REFERENCES flavor (id)
)ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE INDEX guest_project_id_deleted_idx ON guest (project_id, deleted);
CREATE INDEX guest_task_state_idx ON guest (task_state, power_state);
CREATE TABLE port (
	deleted INTEGER,
	id INTEGER NOT NULL AUTO_INCREMENT,
	project_id VARCHAR(64) NOT NULL DEFAULT '',
	address VARCHAR(255),
	guest_uuid VARCHAR(36) CHARACTER SET ascii,
	allocated BOOL,
	tag VARCHAR(255),
	PRIMARY KEY (id),
	CONSTRAINT uniq_port0address0deleted UNIQUE (project_id, address, deleted),
	CONSTRAINT port_guest_uuid_fkey FOREIGN KEY(guest_uuid) REFERENCES guest (uuid)
)ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE guest_pci (
	id INTEGER NOT NULL AUTO_INCREMENT,
	guest_uuid VARCHAR(36) CHARACTER SET ascii NOT NULL,
	address VARCHAR(12) NOT NULL,
	label VARCHAR(255),
	numa_node INTEGER,
	PRIMARY KEY (id),
	CONSTRAINT uniq_guest_pci0guest0address UNIQUE (guest_uuid, address),
	CONSTRAINT guest_pci_guest_uuid_fk FOREIGN KEY (guest_uuid) REFERENCES guest (uuid) ON DELETE CASCADE
)ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
