// The five models of the shop with their associations, as Sequelize has them: camelCase columns,
// createdAt and updatedAt by Sequelize itself.
const { DataTypes, Sequelize } = require('sequelize');
const { settings } = require('./database');

const sequelize = new Sequelize(settings);

const User = sequelize.define('User', {
  id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
  email: { type: DataTypes.STRING(190), allowNull: false, unique: true },
  passwordHash: DataTypes.STRING,
  fullName: { type: DataTypes.STRING(120), allowNull: false },
  isActive: { type: DataTypes.BOOLEAN, allowNull: false, defaultValue: true },
}, { tableName: 'users' });

const Otp = sequelize.define('Otp', {
  id: { type: DataTypes.BIGINT.UNSIGNED, autoIncrement: true, primaryKey: true },
  code: { type: DataTypes.CHAR(6), allowNull: false },
  purpose: { type: DataTypes.ENUM('sign_in', 'verify_email', 'reset_password'), allowNull: false },
  expiresAt: { type: DataTypes.DATE, allowNull: false },
  consumedAt: DataTypes.DATE,
}, { tableName: 'otps', indexes: [{ fields: ['userId', 'purpose', 'expiresAt'] }] });

const SocialAuth = sequelize.define('SocialAuth', {
  id: { type: DataTypes.INTEGER.UNSIGNED, autoIncrement: true, primaryKey: true },
  provider: { type: DataTypes.STRING(32), allowNull: false },
  providerId: { type: DataTypes.STRING(190), allowNull: false },
}, { tableName: 'social_auths', indexes: [{ unique: true, fields: ['provider', 'providerId'] }] });

const File = sequelize.define('File', {
  id: { type: DataTypes.BIGINT.UNSIGNED, autoIncrement: true, primaryKey: true },
  path: { type: DataTypes.STRING(500), allowNull: false },
  mimeType: {
    type: DataTypes.STRING(127), allowNull: false, defaultValue: 'application/octet-stream',
  },
  size: { type: DataTypes.BIGINT.UNSIGNED, allowNull: false, comment: 'In bytes' },
}, { tableName: 'files' });

const Payment = sequelize.define('Payment', {
  id: { type: DataTypes.BIGINT.UNSIGNED, autoIncrement: true, primaryKey: true },
  amount: { type: DataTypes.DECIMAL(12, 2), allowNull: false },
  currency: { type: DataTypes.CHAR(3), allowNull: false, defaultValue: 'EUR' },
  status: {
    type: DataTypes.ENUM('pending', 'paid', 'failed', 'refunded'),
    allowNull: false,
    defaultValue: 'pending',
  },
  provider: { type: DataTypes.STRING(32), allowNull: false },
  providerRef: { type: DataTypes.STRING(190), allowNull: false },
  paidAt: DataTypes.DATE,
  details: DataTypes.JSON,
}, { tableName: 'payments', indexes: [{ fields: ['status', 'createdAt'] }] });

for (const [model, as] of [
  [Otp, 'otps'], [SocialAuth, 'socialAuths'], [File, 'files'], [Payment, 'payments'],
]) {
  const foreignKey = { name: 'userId', allowNull: false };
  const onDelete = model === Payment ? 'RESTRICT' : 'CASCADE';
  User.hasMany(model, { as, foreignKey, onDelete });
  model.belongsTo(User, { as: 'user', foreignKey, onDelete });
}

module.exports = { sequelize, User, Otp, SocialAuth, File, Payment };
