-- A cloud's control plane: rows are never deleted but marked, flags have checks, references no names.
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, PRIMARY KEY (version_num));
CREATE TABLE flavor (
	created_at DATETIME,
	updated_at DATETIME,
	deleted_at DATETIME,
	deleted INTEGER,
	id INTEGER NOT NULL AUTO_INCREMENT,
	name VARCHAR(255),
	memory_mb INTEGER NOT NULL,
	disabled BOOL,
	PRIMARY KEY (id),
	CONSTRAINT uniq_flavor0name0deleted UNIQUE (name, deleted),
	CHECK (disabled IN (0, 1))
)ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE guest (
	created_at DATETIME,
	deleted INTEGER,
	id INTEGER NOT NULL AUTO_INCREMENT,
	uuid VARCHAR(36) NOT NULL,
	flavor_id INTEGER,
	project_id VARCHAR(255),
	power_state INTEGER,
	task_state VARCHAR(255),
	key_data MEDIUMTEXT,
	locked_by ENUM('owner','admin'),
	host_name VARCHAR(255),
	PRIMARY KEY (id),
	UNIQUE (uuid),
	FOREIGN KEY(flavor_id) REFERENCES flavor (id)
)ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE INDEX guest_project_id_idx ON guest (project_id);
CREATE INDEX guest_task_state_idx ON guest (task_state);
CREATE TABLE port (
	deleted INTEGER,
	id INTEGER NOT NULL AUTO_INCREMENT,
	address VARCHAR(255),
	guest_uuid VARCHAR(36),
	allocated BOOL,
	PRIMARY KEY (id),
	CONSTRAINT uniq_port0address0deleted UNIQUE (address, deleted),
	CONSTRAINT port_guest_uuid_fkey FOREIGN KEY(guest_uuid) REFERENCES guest (uuid),
	CHECK (allocated IN (0, 1))
)ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE guest_pci (
	id INTEGER NOT NULL AUTO_INCREMENT,
	guest_uuid VARCHAR(36) NOT NULL,
	address VARCHAR(12) NOT NULL,
	label VARCHAR(255) NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT guest_pci_guest_uuid_fk FOREIGN KEY (guest_uuid) REFERENCES guest (uuid)
)ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE INDEX ix_guest_pci_guest_uuid_deleted ON guest_pci (guest_uuid);
