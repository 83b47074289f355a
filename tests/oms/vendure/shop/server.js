// A Vendure shop for tests: one process, one SQLite file, nothing in it but what Vendure itself puts there.
// Environment: PORT, DATABASE (a file), NUMBERS (a file with the next order's number), SUPERADMIN, PASSWORD.
const fs = require('fs');
const {
  bootstrap, DefaultJobQueuePlugin, DefaultLogger, JobQueueService, LogLevel, defaultOrderProcess, dummyPaymentHandler,
} = require('@vendure/core');

// Sixteen random letters, as Vendure would have them, cannot be said on a phone.
class Digits {
  generate() {
    const next = parseInt(fs.readFileSync(process.env.NUMBERS, 'utf8'), 10);
    fs.writeFileSync(process.env.NUMBERS, `${next + 1}\n`);
    return String(next);
  }
}

// A state that no table of ours knows, as a shop's own process may have.
const llamas = {
  transitions: {
    PaymentSettled: { to: ['awaiting_llama'], mergeStrategy: 'merge' },
    awaiting_llama: { to: ['PaymentSettled'] },
  },
};

const config = {
  apiOptions: { hostname: '127.0.0.1', port: Number(process.env.PORT), adminApiPath: 'admin-api', shopApiPath: 'shop-api', cors: false },
  authOptions: {
    tokenMethod: ['bearer'],
    superadminCredentials: { identifier: process.env.SUPERADMIN, password: process.env.PASSWORD },
    cookieOptions: { secret: 'for-tests' },
    requireVerification: false,
  },
  dbConnectionOptions: { type: 'better-sqlite3', database: process.env.DATABASE, synchronize: true },
  logger: new DefaultLogger({ level: LogLevel.Warn, timestamp: false }),
  orderOptions: { orderCodeStrategy: new Digits(), process: [defaultOrderProcess, llamas] },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  plugins: [DefaultJobQueuePlugin.init({})],
};

bootstrap(config)
  .then(app => app.get(JobQueueService).start())
  .catch(error => {
    console.error(error);
    process.exit(1);
  });
