-- Courses, by a framework whose keys are as long as its strings, with its own table of migrations.
create table `migrations` (`id` int unsigned not null auto_increment primary key, `migration` varchar(255) not null, `batch` int not null) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
create table `students` (`id` int unsigned not null auto_increment primary key, `name` varchar(191) not null, `email` varchar(191) not null, `role` enum('guest', 'pupil', 'tutor') not null default 'guest', `settings` text null, `remember_token` varchar(100) null, `created_at` timestamp null, `updated_at` timestamp null) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `students` add unique `students_email_unique`(`email`);
create table `courses` (`id` int unsigned not null auto_increment primary key, `title` varchar(191) not null, `price` double(8, 2) not null, `tutor_id` int unsigned not null, `level` tinyint not null default '1', `created_at` timestamp null, `updated_at` timestamp null) default character set utf8mb4 collate 'utf8mb4_unicode_ci' engine = InnoDB;
alter table `courses` add constraint `courses_tutor_id_foreign` foreign key (`tutor_id`) references `students` (`id`);
create table `course_student` (`course_id` int unsigned not null, `student_id` int unsigned not null, `grade` decimal(4, 1) null) default character set utf8mb4 collate 'utf8mb4_unicode_ci';
alter table `course_student` add constraint `course_student_course_id_foreign` foreign key (`course_id`) references `courses` (`id`) on delete cascade;
alter table `course_student` add constraint `course_student_student_id_foreign` foreign key (`student_id`) references `students` (`id`) on delete cascade;
