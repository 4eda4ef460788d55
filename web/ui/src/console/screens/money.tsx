import { $api, Await, client, DataList, Empty, key, Money, More, Page, type Schemas, useCodes, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import { Badge, Button, Group, Modal, NumberInput, Paper, Stack, Text } from '@mantine/core';
import Coins from 'lucide-react/icons/coins';
import { useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';

type Sums = Schemas['ProgramMoney'];
type Move = Schemas['MoneyMove'];

/** What a program may spend, what is set aside, and who moved what. */
export default function Budget() {
  const { t } = useI18n();
  const { program, may } = usePlace();
  if (!program) return null;
  return (
    <Page title={t('money.title')} about={<Badge color="honey">{t('sandbox')}</Badge>} actions={may('fund_budget') && <Moves program={program} />}>
      <div className={css.stack}>
        <Sums program={program.id} />
        <Past program={program.id} />
      </div>
    </Page>
  );
}

function Sums({ program }: { program: string }) {
  const { t } = useI18n();
  const sums = $api.useQuery('get', '/api/v1/programs/{program}/money', { params: { path: { program } } });
  const parts: [keyof Sums, string, string][] = [
    ['wallet', t('money.wallet'), t('money.wallet.text')],
    ['budget', t('money.budget'), t('money.budget.text')],
    ['held', t('money.held'), t('money.held.text')],
  ];
  return (
    <Await read={sums}>
      {(of) => (
        <div className={css.figures}>
          {parts.map(([part, label, text]) => (
            <Paper key={part} className={css.figure}>
              <span className={css.quiet}>{label}</span>
              <Money of={of[part]} big />
              <span className={css.quiet}>{text}</span>
            </Paper>
          ))}
        </div>
      )}
    </Await>
  );
}

const kinds = ['fund', 'allocate', 'return'] as const;

/** Paying in, and moving money between wallet and budget. */
function Moves({ program }: { program: Schemas['Program'] }) {
  const { t } = useI18n();
  const [kind, setKind] = useState<(typeof kinds)[number] | null>(null);
  return (
    <>
      {kinds.map((one) => (
        <Button key={one} variant={one === 'fund' ? 'filled' : 'default'} onClick={() => setKind(one)}>
          {t(`money.${one}`)}
        </Button>
      ))}
      <Modal opened={kind !== null} onClose={() => setKind(null)} title={kind && t(`money.${kind}`)} closeButtonProps={{ 'aria-label': t('close') }}>
        {kind && <MoveForm key={kind} kind={kind} program={program} done={() => setKind(null)} />}
      </Modal>
    </>
  );
}

function MoveForm({ kind, program, done }: { kind: (typeof kinds)[number]; program: Schemas['Program']; done: () => void }) {
  const { t } = useI18n();
  const format = useFormat();
  const [amount, setAmount] = useState<number | string>('');
  const [reference] = useState(() => crypto.randomUUID()); // the same for every try
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: program.currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const minor = Math.round(Number(amount) * 10 ** digits);
  const move = useWrite(
    () => client.POST(`/api/v1/programs/{program}/${kind}`, { params: { path: { program: program.id } }, body: { amount: { amount: minor, currency: program.currency }, reference } }),
    { stale: [key('/api/v1/programs/{program}/money'), key('/api/v1/programs/{program}/money_moves'), key('/api/v1/programs/{program}/checklist')], done: t('money.moved', { sum: format.money({ amount: minor, currency: program.currency }) }), after: done },
  );
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        move.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t(`money.${kind}.text`)}</Text>
        <NumberInput label={t('money.amount')} required min={0} decimalScale={digits} fixedDecimalScale value={amount} onChange={setAmount} suffix={` ${program.currency}`} hideControls inputMode="decimal" data-autofocus />
        <Group justify="flex-end">
          <Button variant="default" onClick={done}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={move.isPending} disabled={!(minor > 0)}>
            {t(`money.${kind}`)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Past({ program }: { program: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const moves = usePages<Move>(
    '/api/v1/programs/{program}/money_moves',
    async (cursor) => (await client.GET('/api/v1/programs/{program}/money_moves', { params: { path: { program }, query: { cursor, limit: 30 } } })).data!,
    { program },
  );
  return (
    <section>
      <h2 className={css.subject}>{t('money.moves')}</h2>
      <Paper p={0}>
        <Await read={moves}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty title={t('money.moves.none')} icon={<Coins size={28} />} />
            ) : (
              <>
                <DataList
                  label={t('money.moves')}
                  rows={rows}
                  rowKey={(row) => row.at + row.kind}
                  columns={[
                    { key: 'kind', label: t('money.kind'), lead: true, cell: (row) => codes('move', row.kind) },
                    { key: 'at', label: t('money.at'), cell: (row) => <When at={row.at} absolute /> },
                    { key: 'amount', label: t('money.amount'), end: true, cell: (row) => <Money of={row.amount} /> },
                  ]}
                />
                <More of={moves} />
              </>
            )
          }
        </Await>
      </Paper>
    </section>
  );
}
