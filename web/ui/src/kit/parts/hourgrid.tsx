import { useFormat } from '../format';
import { useI18n } from '../i18n';
import { hereOf } from '../weekhours';
import css from './hourgrid.module.css';

const monday = Date.UTC(2024, 0, 1); // a Monday
const hour = 3_600_000;

/** Questions by hour of the week, in the viewer's zone: the darker, the more. */
export function HourGrid({ of, title }: { of: readonly (readonly number[])[]; title: string }) {
  const { t, locale } = useI18n();
  const format = useFormat();
  const here = hereOf(of, -new Date().getTimezoneOffset() / 60);
  const most = Math.max(...here.flat()) || 1;
  const day = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', timeZone: 'UTC' });
  return (
    <div className={css.frame} tabIndex={0} role="region" aria-label={title}>
      <table className={css.grid}>
        <caption className="kh-hidden">{title}</caption>
        <thead>
          <tr>
            <td />
            {Array.from({ length: 24 }, (_, h) => (
              <th key={h} scope="col">
                <span aria-hidden={h % 3 !== 0 || undefined}>{h % 3 === 0 ? format.number(h) : ''}</span>
                <span className="kh-hidden">{clock.format(monday + h * hour)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {here.map((hours, d) => (
            <tr key={d}>
              <th scope="row">{day.format(monday + d * 24 * hour)}</th>
              {hours.map((n, h) => (
                <td key={h} className={css.cell} title={t('hours.questions', { n: n.toFixed(1) })}>
                  <i style={{ opacity: n / most }} />
                  <span className="kh-hidden">{n.toFixed(1)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
