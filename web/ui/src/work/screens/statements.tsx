import { $api, Await, DataList, Empty, Money, Page, type Schemas, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { NativeSelect, Paper } from '@mantine/core';
import ScrollText from 'lucide-react/icons/scroll-text';
import { useState } from 'react';
import { File } from '../file';
import { monthName } from '../months';
import css from '../work.module.css';

type Account = Schemas['StatementYear'];

/** What became of one's money, month by month: a year at a time. */
export default function StatementsScreen() {
  const { t } = useI18n();
  const months = $api.useQuery('get', '/api/v1/me/statements');
  return (
    <Page title={t('statements.title')} about={t('statements.about')} back={{ to: '/earnings', label: t('nav.earnings') }}>
      <Await read={months}>{({ data }) => (data.length ? <Years all={[...new Set(data.map(({ month }) => Number(month.slice(0, 4))))]} /> : <Nothing />)}</Await>
    </Page>
  );
}

function Nothing() {
  const { t } = useI18n();
  return (
    <Paper>
      <Empty title={t('statements.none')} icon={<ScrollText size={28} />}>
        {t('statements.none.text')}
      </Empty>
    </Paper>
  );
}

function Years({ all }: { all: number[] }) {
  const { t } = useI18n();
  const [year, setYear] = useState(all[0]!);
  const accounts = $api.useQuery('get', '/api/v1/me/statements/years/{year}', { params: { path: { year } } });
  return (
    <div className={layout.stack}>
      <div className={layout.row}>
        <NativeSelect label={t('statements.year')} value={year} onChange={(e) => setYear(Number(e.currentTarget.value))} data={all.map(String)} />
        <File path={`/api/v1/me/statements/years/${year}`} form="csv" name={`statements-${year}`} label={t('statements.year_csv')} />
      </div>
      <Await read={accounts}>{(read) => typeof read !== 'string' && read.currencies.map((account) => <Year key={account.currency} of={account} year={year} />)}</Await>
    </div>
  );
}

const sumOf = (sums: readonly Schemas['StatementSum'][], ...kinds: string[]) => sums.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { total }) => sum + total, 0);

/** What was paid out, less what came back. */
const paidOf = (sums: readonly Schemas['StatementSum'][]) => 0 - sumOf(sums, 'payout', 'payout_back');

function Year({ of, year }: { of: Account; year: number }) {
  const { t, locale } = useI18n();
  const money = (amount: number, big?: boolean) => <Money of={{ amount, currency: of.currency }} big={big} />;
  const whole = { earned: sumOf(of.sums, 'earned'), paid: paidOf(of.sums), closing: of.closing.total };
  return (
    <section>
      <h2 className={layout.subject}>{`${of.currency}, ${year}`}</h2>
      <Paper p={0}>
        <dl className={css.sums} style={{ margin: 0 }}>
          {(['earned', 'paid', 'closing'] as const).map((part) => (
            <div className={css.sum} key={part}>
              <dt>{t(`statements.${part}`)}</dt>
              <dd>{money(whole[part], true)}</dd>
            </div>
          ))}
        </dl>
        <DataList
          label={`${t('statements.title')} ${of.currency} ${year}`}
          rows={[...of.months].reverse()}
          rowKey={(row) => row.month}
          href={(row) => `/statements/${row.month}/${of.currency}`}
          columns={[
            { key: 'month', label: t('statements.month'), lead: true, cell: (row) => monthName(locale, row.month) },
            { key: 'earned', label: t('statements.earned'), end: true, cell: (row) => money(sumOf(row.sums, 'earned')) },
            { key: 'paid', label: t('statements.paid'), end: true, cell: (row) => money(paidOf(row.sums)) },
            { key: 'closing', label: t('statements.closing'), end: true, cell: (row) => money(row.closing.total) },
          ]}
        />
      </Paper>
    </section>
  );
}
