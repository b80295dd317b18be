// The connection, as sequelize-cli and the models read it. pool and retry are the shop's.
const url = new URL(process.env.DATABASE_URL);

const settings = {
  dialect: 'mysql',
  username: decodeURIComponent(url.username),
  password: decodeURIComponent(url.password),
  host: '127.0.0.1',
  port: url.port,
  database: url.pathname.slice(1),
  logging: false,
  timezone: '+00:00',
  pool: { max: 10, min: 0, acquire: 30000, idle: 10000 },
  retry: { max: 3, backoffBase: 1000 },
};

module.exports = { development: settings, settings };
