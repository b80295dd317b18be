// The shop's initial migration, and its rollback.
const { sequelize } = require('../models');

module.exports = {
  up: () => sequelize.sync(),
  down: () => sequelize.drop(),
};
