-- A studio's bookings, from a toolkit of JavaScript: capitals inside of names, milliseconds everywhere.
CREATE TABLE `_prisma_migrations` (`id` varchar(36) NOT NULL, `checksum` varchar(64) NOT NULL, PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `User` (`id` INTEGER NOT NULL AUTO_INCREMENT, `email` VARCHAR(191) NOT NULL, `name` VARCHAR(191) NULL, `role` ENUM('USER', 'ADMIN') NOT NULL DEFAULT 'USER', `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), UNIQUE INDEX `User_email_key`(`email`), PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `Room` (`id` INTEGER NOT NULL AUTO_INCREMENT, `title` VARCHAR(191) NOT NULL, `hourly` DOUBLE NOT NULL, `ownerId` INTEGER NULL, PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `Booking` (`id` VARCHAR(191) NOT NULL, `roomId` INTEGER NOT NULL, `startsAt` DATETIME(3) NOT NULL, `meta` JSON NULL, PRIMARY KEY (`id`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE `_RoomToUser` (`A` INTEGER NOT NULL, `B` INTEGER NOT NULL, UNIQUE INDEX `_RoomToUser_AB_unique`(`A`, `B`), INDEX `_RoomToUser_B_index`(`B`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE `Room` ADD CONSTRAINT `Room_ownerId_fkey` FOREIGN KEY (`ownerId`) REFERENCES `User`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE `Booking` ADD CONSTRAINT `Booking_roomId_fkey` FOREIGN KEY (`roomId`) REFERENCES `Room`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE `_RoomToUser` ADD CONSTRAINT `_RoomToUser_A_fkey` FOREIGN KEY (`A`) REFERENCES `Room`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE `_RoomToUser` ADD CONSTRAINT `_RoomToUser_B_fkey` FOREIGN KEY (`B`) REFERENCES `User`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO `User` (`email`) VALUES ('a@example.com'), ('b@example.com');
INSERT INTO `Room` (`title`, `hourly`, `ownerId`) VALUES ('North', 12.5, 1), ('South', 10, NULL);
INSERT INTO `Booking` (`id`, `roomId`, `startsAt`) VALUES ('b1', 1, '2026-01-01 10:00:00.125');
