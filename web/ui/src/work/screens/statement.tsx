import { $api, Await, DataList, Money, Page, PayLines, type Schemas, useCodes, useFormat, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Text } from '@mantine/core';
import { useParams } from 'wouter';
import { File } from '../file';
import { monthName } from '../months';

type Statement = Schemas['Statement'];
type Parts = Pick<Schemas['StatementSum'], 'pending' | 'available' | 'owed' | 'total'>;
type Row = Parts & { key: string; what: string; when?: string; items?: readonly Schemas['RewardItem'][] };

/** One month's statement, line by line; the page itself prints, in any language. */
export default function StatementScreen() {
  const { t, locale, language } = useI18n();
  const { month = '', currency = '' } = useParams();
  const read = $api.useQuery('get', '/api/v1/me/statements/{month}/{currency}', { params: { path: { month, currency } } });
  const path = `/api/v1/me/statements/${month}/${currency}`;
  const name = `statement-${month}-${currency}`;
  const title = t('statement.title', { month: /^\d{4}-\d{2}$/.test(month) ? monthName(locale, month) : month });
  return (
    <Page
      title={`${title}, ${currency}`}
      about={t('statement.adds')}
      back={{ to: '/statements', label: t('statements.title') }}
      actions={
        <Group gap="sm" className="kh-noprint">
          <File path={path} form="pdf" name={name} label={t('statements.pdf')} lang={language} />
          <File path={path} form="csv" name={name} label={t('statements.csv')} />
          <Button variant="default" size="sm" onClick={() => window.print()}>
            {t('statements.print')}
          </Button>
        </Group>
      }
    >
      <Await read={read}>{(s) => (typeof s === 'string' ? null : <Lines of={s} />)}</Await>
      {!['en', 'de'].includes(language.slice(0, 2)) && (
        <Text c="dimmed" size="sm" className="kh-noprint">
          {t('statements.pdf.language')}
        </Text>
      )}
    </Page>
  );
}

function Lines({ of }: { of: Statement }) {
  const { t, locale } = useI18n();
  const codes = useCodes();
  const when = (at: string) => new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(at));
  const opening: Row = { key: 'opening', what: t('statement.opening'), ...of.opening };
  const closing: Row = { key: 'closing', what: t('statement.closing'), ...of.closing };
  const sums = of.sums.map((s): Row => ({ key: s.kind, what: codes('line', s.kind), ...parts(s) }));
  const lines = of.lines.map((l, i): Row => ({
    key: String(i),
    what: [codes('line', l.kind), l.work && codes('reward', l.work), l.program_name].filter(Boolean).join(' · '),
    when: when(l.at),
    items: l.items,
    ...parts(l),
  }));
  return (
    <div className={layout.stack}>
      <Group gap="xs">
        <Badge color={of.final ? 'pine' : 'honey'}>{t(of.final ? 'statement.final' : 'statement.open')}</Badge>
        {of.provider === 'sandbox' && <Badge color="honey">{t('sandbox')}</Badge>}
      </Group>
      <Table label={t('statement.sums')} rows={[opening, ...sums, closing]} currency={of.currency} />
      {lines.length ? <Table label={t('statement.lines')} rows={[opening, ...lines, closing]} currency={of.currency} dated /> : <Text>{t('statement.nothing')}</Text>}
    </div>
  );
}

const parts = ({ pending, available, owed, total }: Parts) => ({ pending, available, owed, total });

/** What a line is; of an answer's pay also what it is made of, where that is more than one part. */
function What({ of, currency }: { of: Row; currency: string }) {
  return (
    <>
      <span dir="auto">{of.what}</span>
      {of.items && of.items.length > 1 && <PayLines of={of.items} currency={currency} />}
    </>
  );
}

function Table({ label, rows, currency, dated = false }: { label: string; rows: Row[]; currency: string; dated?: boolean }) {
  const { t } = useI18n();
  const format = useFormat();
  // where there is no room for a column of each, what moves from one to another is said in words
  const moved = (row: Row) =>
    (['pending', 'available', 'owed'] as const)
      .filter((part) => row[part])
      .map((part) => `${t(`statement.${part}`)} ${format.money({ amount: row[part], currency })}`)
      .join(' · ');
  const amounts = (['pending', 'available', 'owed', 'total'] as const).map((part) => ({
    key: part,
    label: t(`statement.${part}`),
    end: true,
    wide: part !== 'total',
    cell: (row: Row) => <Money of={{ amount: row[part], currency }} />,
  }));
  return (
    <section>
      <h2 className={layout.subject}>{label}</h2>
      <Paper p={0}>
        <DataList
          compact
          label={label}
          rows={rows}
          rowKey={(row) => row.key}
          columns={[
            { key: 'what', label: t('statement.what'), lead: true, cell: (row) => <What of={row} currency={currency} /> },
            ...(dated ? [{ key: 'when', label: t('statement.when'), cell: (row: Row) => row.when ?? '' }] : []),
            ...amounts,
            { key: 'moved', label: t('statement.moved'), narrow: true, cell: moved },
          ]}
        />
      </Paper>
    </section>
  );
}
