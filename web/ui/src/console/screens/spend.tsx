import { $api, Await, client, Empty, Money, now, Page, PageList, type Schemas, useFormat, useI18n, usePages } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Paper, Select } from '@mantine/core';
import Coins from 'lucide-react/icons/coins';
import { useMemo, useState } from 'react';
import css from '../console.module.css';
import { Download } from '../download';
import { usePlace } from '../place';
import { moneyTabs, Tabs } from '../tabs';

type Cost = Schemas['QuestionSpend'];
const periods = { week: 7, month: 28, quarter: 84 } as const;
type Period = keyof typeof periods;

/** What the program's money was spent on, question by question, to the cent. */
export default function Spend() {
  const { t } = useI18n();
  const { program } = usePlace();
  const [period, setPeriod] = useState<Period>('month');
  const query = useMemo(() => {
    const to = new Date(Math.ceil(now() / 60_000) * 60_000);
    return { from: new Date(to.getTime() - periods[period] * 86_400_000).toISOString(), to: to.toISOString() };
  }, [period]);
  if (!program) return null;
  return (
    <Page
      title={t('money.title')}
      about={t('spend.about')}
      actions={
        <>
          <Select aria-label={t('figures.period')} data={(Object.keys(periods) as Period[]).map((value) => ({ value, label: t(`figures.${value}`) }))} value={period} onChange={(value) => setPeriod(value as Period)} allowDeselect={false} w={170} />
          <Download path={`/api/v1/programs/${program.id}/spend`} query={query} name={`spend-${query.from.slice(0, 10)}-${query.to.slice(0, 10)}.csv`} label={t('figures.csv')} />
        </>
      }
    >
      <Tabs label={t('money.title')} of={moneyTabs} />
      <div className={layout.stack}>
        <Totals program={program.id} query={query} />
        <Questions program={program.id} query={query} />
      </div>
    </Page>
  );
}

type Query = { from: string; to: string };

function Totals({ program, query }: { program: string; query: Query }) {
  const { t } = useI18n();
  const format = useFormat();
  const spend = $api.useQuery('get', '/api/v1/programs/{program}/spend', { params: { path: { program }, query } });
  return (
    <Await read={spend}>
      {(read) => {
        const of = read as Schemas['Spend']; // as it is but for CSV
        const lines = (['experts', 'fees', 'bonuses', 'taken_back'] as const).filter((part) => part === 'experts' || part === 'fees' || of[part].amount !== 0);
        return (
          <Paper>
            <table className={css.parttable}>
              <caption className="kh-hidden">{t('spend.title')}</caption>
              <tbody>
                {lines.map((part) => (
                  <tr key={part}>
                    <th scope="row">{t(`spend.${part}`)}</th>
                    <td>
                      <Money of={part === 'taken_back' ? { ...of[part], amount: -of[part].amount } : of[part]} />
                    </td>
                  </tr>
                ))}
              </tbody>
              <tfoot>
                <tr>
                  <th scope="row">{t('spend.spent', { count: of.questions, n: format.number(of.questions) })}</th>
                  <td>
                    <Money of={of.spent} />
                  </td>
                </tr>
              </tfoot>
            </table>
            {(of.pending.amount > 0 || of.refused.amount > 0) && <Aside of={of} />}
          </Paper>
        );
      }}
    </Await>
  );
}

function Aside({ of }: { of: Schemas['Spend'] }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <p className={css.quiet}>
      {of.pending.amount > 0 && t('spend.pending', { sum: format.money(of.pending) })} {of.refused.amount > 0 && t('spend.refused', { sum: format.money(of.refused) })}
    </p>
  );
}

function Questions({ program, query }: { program: string; query: Query }) {
  const { t } = useI18n();
  const format = useFormat();
  const { may } = usePlace();
  const rows = usePages<Cost>(
    '/api/v1/programs/{program}/spend/questions',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/spend/questions', { params: { path: { program }, query: { ...query, cursor, limit: 30 } } })).data!,
    { program, query },
  );
  const name = (row: Cost) => `${format.moment(row.asked_at)}${row.topic ? ` · ${row.topic}` : ''}`;
  return (
    <section>
      <h2 className={layout.subject}>{t('spend.questions')}</h2>
      <Paper p={0}>
        <PageList
          of={rows}
          empty={<Empty title={t('spend.none')} icon={<Coins size={28} />} />}
          label={t('spend.questions')}
          rowKey={(row) => row.question}
          href={may('see_questions') ? (row) => `/questions/${row.question}` : undefined}
          columns={[
            { key: 'question', label: t('spend.question'), lead: true, cell: name },
            { key: 'experts', label: t('spend.experts'), end: true, cell: (row) => <Money of={row.experts} /> },
            { key: 'fees', label: t('spend.fees'), end: true, cell: (row) => <Money of={row.fees} /> },
            { key: 'refused', label: t('spend.back'), end: true, cell: (row) => (row.refused.amount ? <Money of={row.refused} /> : '–') },
            { key: 'total', label: t('spend.total'), end: true, cell: (row) => <Money of={row.total} /> },
          ]}
        />
      </Paper>
    </section>
  );
}
