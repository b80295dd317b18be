-- A clinic, from an ORM that names indexes by hashes and knows of no defaults.
CREATE TABLE `django_migrations` (`id` int AUTO_INCREMENT NOT NULL PRIMARY KEY, `app` varchar(255) NOT NULL, `name` varchar(255) NOT NULL, `applied` datetime(6) NOT NULL);
CREATE TABLE `clinic_ward` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `name` varchar(80) NOT NULL UNIQUE, `floor` smallint NOT NULL);
CREATE TABLE `clinic_patient` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `name` varchar(150) NOT NULL, `born` date NULL, `is_private` bool NOT NULL, `notes` longtext NOT NULL, `ward_id` integer NULL);
CREATE TABLE `clinic_patient_doctors` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `patient_id` integer NOT NULL, `doctor_id` integer NOT NULL);
CREATE TABLE `clinic_doctor` (`id` integer AUTO_INCREMENT NOT NULL PRIMARY KEY, `username` varchar(30) NOT NULL UNIQUE, `last_login` datetime NULL, `rating` numeric(3, 1) NOT NULL, `seconds` integer UNSIGNED NOT NULL);
ALTER TABLE `clinic_patient` ADD CONSTRAINT `clinic_patient_ward_id_2c8a0f4e_fk_clinic_ward_id` FOREIGN KEY (`ward_id`) REFERENCES `clinic_ward` (`id`);
ALTER TABLE `clinic_patient_doctors` ADD CONSTRAINT `clinic_patient_doctors_patient_id_doctor_id_51e0a9b1_uniq` UNIQUE (`patient_id`, `doctor_id`);
ALTER TABLE `clinic_patient_doctors` ADD CONSTRAINT `clinic_patient_docto_patient_id_77ab3c0d_fk_clinic_pa` FOREIGN KEY (`patient_id`) REFERENCES `clinic_patient` (`id`);
ALTER TABLE `clinic_patient_doctors` ADD CONSTRAINT `clinic_patient_docto_doctor_id_9f0e6612_fk_clinic_do` FOREIGN KEY (`doctor_id`) REFERENCES `clinic_doctor` (`id`);
CREATE INDEX `clinic_patient_name_7d1b2a_idx` ON `clinic_patient` (`name`, `born`);
INSERT INTO clinic_ward (name, floor) VALUES ('A', 1), ('B', -1);
