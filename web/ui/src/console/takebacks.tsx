import { Await, client, key, Loading, Money, More, type Schemas, useCodes, useI18n, usePages, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Paper, Stack, Text } from '@mantine/core';
import css from './console.module.css';
import { Decide } from './decide';

type Appeal = Schemas['TakeBackAppeal'];

const listed = '/api/v1/take_back_appeals';

/** Appeals against taking pay back, for an operator who has not decided about it yet. */
export function TakeBackAppeals() {
  const { t } = useI18n();
  const list = usePages<Appeal>(listed, async (cursor) => (await client.GET(listed, { params: { query: { cursor, limit: 10 } } })).data!);
  return (
    <section>
      <h2 className={layout.subject}>{t('taken.appeals')}</h2>
      <Await read={list} loading={<Loading rows={1} height={140} />}>
        {(rows) =>
          rows.length === 0 ? (
            <Paper>
              <Text c="dimmed">{t('taken.appeals.none')}</Text>
            </Paper>
          ) : (
            <div className={layout.stack}>
              {rows.map((row) => (
                <One key={row.id} of={row} />
              ))}
              <More of={list} />
            </div>
          )
        }
      </Await>
    </section>
  );
}

function One({ of }: { of: Appeal }) {
  const { t } = useI18n();
  const codes = useCodes();
  const params = { path: { act: of.id } };
  return (
    <Paper component="article" className={css.work}>
      <span className={css.quiet}>
        <bdi>{of.expert}</bdi> · <bdi>{of.brand_name}</bdi> · <bdi>{of.program_name}</bdi> · {t('appeals.by')} {of.decide_by && <When at={of.decide_by} />}. {t('taken.else')}
      </span>
      <Stack gap="xs">
        <strong>
          <Money of={of.amount} />: {codes('ground', of.ground)}
        </strong>
        <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
          {of.evidence}
        </Text>
        <div>
          <strong>{t('taken.statement')}</strong>
          <Text dir="auto">{of.statement}</Text>
        </div>
      </Stack>
      <Decide
        draft={`taken.${of.id}`}
        rejects="taken.take"
        upholds="taken.leave"
        stale={[key(listed), key('/api/v1/money_acts')]}
        send={(body) => client.POST('/api/v1/take_back_appeals/{act}/decision', { params, body })}
      />
    </Paper>
  );
}
