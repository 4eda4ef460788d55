import { Await, client, Judged, key, Loading, More, type Schemas, useCodes, useI18n, usePages, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Paper, Text } from '@mantine/core';
import css from './console.module.css';
import { Decide } from './decide';
import { useBrand } from './place';

type Appeal = Schemas['Appeal'];

const ofBrand = '/api/v1/brands/{brand}/appeals';
const ofAll = '/api/v1/appeals';

/** The appeals against refused pay that somebody of a brand may decide. */
export function RefusalAppeals() {
  const { path } = useBrand();
  const list = usePages<Appeal>(ofBrand, async (cursor) => (await client.GET(ofBrand, { params: { path, query: { cursor, limit: 10 } } })).data!, path);
  return <Appeals of={list} />;
}

/** Those of every brand, which an operator may decide. */
export function AllRefusalAppeals() {
  const list = usePages<Appeal>(ofAll, async (cursor) => (await client.GET(ofAll, { params: { query: { cursor, limit: 10 } } })).data!);
  return <Appeals of={list} outside />;
}

function Appeals({ of, outside = false }: { of: ReturnType<typeof usePages<Appeal>>; outside?: boolean }) {
  const { t } = useI18n();
  const codes = useCodes();
  return (
    <section>
      <h2 className={layout.subject}>{t(outside ? 'appeals.refusals' : 'appeals.title')}</h2>
      <Await read={of} loading={<Loading rows={1} height={180} />}>
        {(rows) =>
          rows.length === 0 ? (
            <Paper>
              <Text c="dimmed">{t(outside ? 'appeals.refusals.none' : 'appeals.none')}</Text>
            </Paper>
          ) : (
            <div className={layout.stack}>
              {rows.map((row) => (
                <Paper key={row.refusal} component="article" className={css.work}>
                  <span className={css.quiet}>
                    {outside && (
                      <>
                        <bdi>{row.brand_name}</bdi> · <bdi>{row.program_name}</bdi> ·{' '}
                      </>
                    )}
                    {t('appeals.by')} <When at={row.decide_by} />
                  </span>
                  <div>
                    <strong>{codes('refusal', row.reason)}:</strong>
                    <Text dir="auto">{row.evidence}</Text>
                  </div>
                  <div>
                    <strong>{t('appeals.statement')}</strong>
                    <Text dir="auto">{row.statement}</Text>
                  </div>
                  <Judged of={row.work} />
                  <DecideRefusal of={row} />
                </Paper>
              ))}
              <More of={of} />
            </div>
          )
        }
      </Await>
    </section>
  );
}

function DecideRefusal({ of }: { of: Appeal }) {
  const params = { path: { brand: of.brand, refusal: of.refusal } };
  return (
    <Decide
      draft={`appeal.${of.refusal}`}
      rejects="appeals.stands"
      upholds="appeals.pay"
      stale={[key(ofBrand), key(ofAll), key('/api/v1/brands/{brand}/refusals')]}
      send={(body) => client.POST('/api/v1/brands/{brand}/appeals/{refusal}/decision', { params, body })}
    />
  );
}
