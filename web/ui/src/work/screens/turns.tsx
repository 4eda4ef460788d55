import { Await, client, DataList, Empty, Loading, Money, More, Page, Redacted, type Schemas, useCodes, useFormat, useI18n, usePages, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Paper } from '@mantine/core';
import MessagesSquare from 'lucide-react/icons/messages-square';
import { Link } from 'wouter';

type Turn = Schemas['AssignmentSummary'];

const tone: Record<string, string> = { working: 'honey', delivered: 'pine', earned: 'pine', released: 'pine', refused: 'brick', contested: 'brick' };

/** What one has in hand, and all one's turns before. */
export default function Turns() {
  const { t } = useI18n();
  const turns = usePages<Turn>('/api/v1/assignments', async (cursor) => (await client.GET('/api/v1/assignments', { params: { query: { cursor, limit: 30 } } })).data!);
  return (
    <Page title={t('turns.title')}>
      <Await read={turns} loading={<Loading height={72} />}>
        {(rows) => {
          const mine = rows.filter((row) => row.state === 'working' || row.state === 'delivered');
          const past = rows.filter((row) => !mine.includes(row));
          if (!rows.length) {
            return (
              <Empty title={t('turns.none')} icon={<MessagesSquare size={28} />} action={<Button component={Link} href="/">{t('nav.offers')}</Button>}>
                {t('turns.none.text')}
              </Empty>
            );
          }
          return (
            <div className={layout.stack}>
              {mine.length > 0 && (
                <section>
                  <h2 className={layout.subject}>{t('turns.open')}</h2>
                  <Paper p={0}>
                    <List rows={mine} label={t('turns.open')} />
                  </Paper>
                </section>
              )}
              <section>
                <h2 className={layout.subject}>{t('turns.past')}</h2>
                <Paper p={0}>
                  {past.length ? <List rows={past} label={t('turns.past')} /> : <Empty title={t('turns.past.none')} />}
                  <More of={turns} />
                </Paper>
              </section>
            </div>
          );
        }}
      </Await>
    </Page>
  );
}

function List({ rows, label }: { rows: Turn[]; label: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const format = useFormat();
  return (
    <DataList
      compact
      label={label}
      rows={rows}
      rowKey={(row) => row.id}
      href={(row) => `/turns/${row.id}`}
      columns={[
        { key: 'title', label: t('turns.question'), lead: true, cell: (row) => <Redacted text={row.title} /> },
        { key: 'brand', label: t('turns.brand'), wide: true, cell: (row) => `${row.brand_name} · ${format.language(row.language)}` },
        { key: 'state', label: t('turns.state'), cell: (row) => <Badge color={tone[row.state] ?? 'gray'}>{codes('turn', row.state)}</Badge> },
        { key: 'at', label: t('turns.accepted'), cell: (row) => <When at={row.accepted_at} /> },
        { key: 'pay', label: t('turns.pay'), end: true, cell: (row) => (row.reward ? <Money of={row.reward} /> : '–') },
      ]}
    />
  );
}
