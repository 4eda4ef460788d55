import { useCodes } from '../i18n';
import css from './facts.module.css';

/** What the customer's page and product told, "key: value" a line. */
export function Facts({ text }: { text: string }) {
  const codes = useCodes();
  const pairs = text
    .split('\n')
    .map((line) => /^([^:]{1,40}):\s*(.+)$/.exec(line.trim()))
    .filter((pair) => pair !== null)
    .map(([, name = '', value]) => ({ name: codes('fact', name.replaceAll(' ', '_')), value }));
  if (!text.trim()) return null;
  if (!pairs.length) return <p dir="auto">{text}</p>;
  return (
    <dl className={css.facts}>
      {pairs.map(({ name, value }, i) => (
        <div key={i} className={css.pair}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
