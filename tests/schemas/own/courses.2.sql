-- Soft deletes, a primary key where there was none, labels moved and renamed, JSON where text was.
create table `students` (`id` bigint unsigned not null auto_increment primary key, `name` varchar(255) not null, `email` varchar(255) not null, `role` enum('pupil', 'guest', 'coach', 'tutor') not null default 'pupil', `settings` json null, `remember_token` varchar(100) null, `email_verified_at` timestamp null, `created_at` timestamp null, `updated_at` timestamp null, `deleted_at` timestamp null) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `students` add unique `students_email_unique`(`email`);
create table `courses` (`id` bigint unsigned not null auto_increment primary key, `slug` varchar(255) null, `title` varchar(255) not null, `price_cents` int unsigned not null default '0', `tutor_id` bigint unsigned null, `level` tinyint unsigned not null default '1', `starts_at` time(0) null, `created_at` timestamp null, `updated_at` timestamp null, `deleted_at` timestamp null) default character set utf8mb4 collate 'utf8mb4_unicode_ci' engine = InnoDB;
alter table `courses` add constraint `courses_tutor_id_foreign` foreign key (`tutor_id`) references `students` (`id`) on delete set null;
alter table `courses` add index `courses_level_title_index`(`level`, `title`);
alter table `courses` add unique `courses_slug_unique`(`slug`);
create table `course_student` (`course_id` bigint unsigned not null, `student_id` bigint unsigned not null, `grade` decimal(5, 2) null, primary key (`course_id`, `student_id`)) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `course_student` add constraint `course_student_course_id_foreign` foreign key (`course_id`) references `courses` (`id`) on delete cascade;
alter table `course_student` add constraint `course_student_student_id_foreign` foreign key (`student_id`) references `students` (`id`) on delete cascade;
create table `sessions` (`id` varchar(255) not null, `student_id` bigint unsigned null, `ip_address` varchar(45) null, `payload` longtext not null, `last_activity` int not null, primary key (`id`)) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `sessions` add index `sessions_student_id_index`(`student_id`);
