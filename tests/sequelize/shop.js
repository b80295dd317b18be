// node shop.js write: a user with one of each. node shop.js read: all users with all that is theirs.
const bcrypt = require('bcryptjs');
const { sequelize, User, Otp, SocialAuth, File, Payment } = require('./models');

const INCLUDE = ['otps', 'socialAuths', 'files', 'payments'];

async function write() {
  const user = await User.create({
    email: 'demo@example.com',
    passwordHash: await bcrypt.hash('demo123456', 4),
    fullName: 'Zoë Démo',
  });
  const at = new Date('2024-05-06T07:08:09Z');
  const mine = { userId: user.id };
  await Otp.create({ ...mine, code: '012345', purpose: 'verify_email', expiresAt: at });
  await SocialAuth.create({ ...mine, provider: 'github', providerId: '4711' });
  await File.create({ ...mine, path: '/a/b.png', mimeType: 'image/png', size: '18446744073709551615' });
  await Payment.create({
    ...mine, amount: '1234567890.05', status: 'paid', paidAt: at,
    provider: 'stripe', providerRef: 'pi_1', details: { card: { last4: '4242' } },
  });
}

async function read() {
  const users = await User.findAll({ include: INCLUDE, order: ['id'] });
  console.log(JSON.stringify(users));
}

({ write, read })[process.argv[2]]().then(() => sequelize.close());
