-- Keys of eight bytes, moments with six digits, JSON, checks, and a through table that became a model.
CREATE TABLE `clinic_ward` (`id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, `name` varchar(120) NOT NULL UNIQUE, `floor` smallint NOT NULL, `site` varchar(10) NOT NULL DEFAULT 'main');
CREATE TABLE `clinic_doctor` (`id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, `username` varchar(150) NOT NULL UNIQUE, `last_login` datetime(6) NULL, `rating` double precision NOT NULL, `seconds` integer UNSIGNED NOT NULL, `profile` json NULL, CONSTRAINT `clinic_doctor_seconds_gte_0` CHECK (`seconds` >= 0));
CREATE TABLE `clinic_patient` (`id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, `name` varchar(150) NOT NULL, `born` date NULL, `is_private` bool NULL, `notes` longtext NOT NULL, `ward_id` bigint NULL, `uuid` char(32) NOT NULL);
CREATE TABLE `clinic_treatment` (`id` bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, `patient_id` bigint NOT NULL, `doctor_id` bigint NULL, `since` datetime(6) NOT NULL, `duration` bigint NOT NULL DEFAULT 0);
ALTER TABLE `clinic_patient` ADD CONSTRAINT `clinic_patient_ward_id_2c8a0f4e_fk_clinic_ward_id` FOREIGN KEY (`ward_id`) REFERENCES `clinic_ward` (`id`);
ALTER TABLE `clinic_treatment` ADD CONSTRAINT `clinic_treatment_patient_id_since_0b7d9a11_uniq` UNIQUE (`patient_id`, `since`);
ALTER TABLE `clinic_treatment` ADD CONSTRAINT `clinic_treatment_patient_id_3f4c1a2b_fk_clinic_patient_id` FOREIGN KEY (`patient_id`) REFERENCES `clinic_patient` (`id`);
ALTER TABLE `clinic_treatment` ADD CONSTRAINT `clinic_treatment_doctor_id_8c0d5e6f_fk_clinic_doctor_id` FOREIGN KEY (`doctor_id`) REFERENCES `clinic_doctor` (`id`);
CREATE INDEX `clinic_patient_born_5a6b7c_idx` ON `clinic_patient` (`born` DESC, `name`);
