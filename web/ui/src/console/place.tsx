import { $api, Await, Empty, type Schemas, useI18n } from '@kit/index';
import { Select } from '@mantine/core';
import Building2 from 'lucide-react/icons/building-2';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';

type Me = Schemas['Me'];
type May = Schemas['OwnMembership']['may'][number];

/** Where one is: a brand, one of its programs, and what one may do there. */
type Place = {
  me: Me;
  brand: string;
  name: string;
  programs: Schemas['Program'][];
  program: Schemas['Program'] | undefined; // the one looked at; a brand may have none yet
  may: (permission: May) => boolean;
  goTo: (brand: string) => void;
  look: (program: string) => void;
};

const Context = createContext<Place | null>(null);
const kept = { brand: 'knowhow.brand', program: 'knowhow.program' };

export function usePlace(): Place {
  const place = useContext(Context);
  if (!place) throw new Error('there is no Placed above');
  return place;
}

/** The path parameters of a brand's routes. */
export function useBrand() {
  const { brand } = usePlace();
  return { path: { brand } };
}

export function Placed({ me, children }: { me: Me; children: ReactNode }) {
  const [chosen, setChosen] = useState(() => localStorage.getItem(kept.brand));
  const membership = me.memberships.find((m) => m.brand === chosen) ?? me.memberships[0];
  const goTo = (brand: string) => {
    localStorage.setItem(kept.brand, brand);
    setChosen(brand);
  };
  if (!membership) return <Nowhere me={me}>{children}</Nowhere>;
  return (
    <InBrand key={membership.brand} me={me} membership={membership} goTo={goTo}>
      {children}
    </InBrand>
  );
}

function InBrand({ me, membership, goTo, children }: { me: Me; membership: Schemas['OwnMembership']; goTo: (brand: string) => void; children: ReactNode }) {
  const { brand, name } = membership;
  const programs = $api.useQuery('get', '/api/v1/brands/{brand}/programs', { params: { path: { brand }, query: { limit: 100 } } });
  const [looked, setLooked] = useState(() => localStorage.getItem(kept.program));
  return (
    <Await read={programs}>
      {({ data }) => (
        <Provided
          me={me}
          brand={brand}
          name={name}
          programs={data}
          program={data.find((p) => p.id === looked) ?? data.find((p) => p.state === 'live') ?? data[0]}
          rights={membership.may}
          goTo={goTo}
          look={(program) => {
            localStorage.setItem(kept.program, program);
            setLooked(program);
          }}
        >
          {children}
        </Provided>
      )}
    </Await>
  );
}

/** Operators need no brand; anybody else has nothing to do here yet. */
function Nowhere({ me, children }: { me: Me; children: ReactNode }) {
  const { t } = useI18n();
  if (!me.operator) return <Empty title={t('place.none')}>{t('place.none.text')}</Empty>;
  return (
    <Provided me={me} brand="" name="" programs={[]} program={undefined} rights={[]} goTo={() => undefined} look={() => undefined}>
      {children}
    </Provided>
  );
}

function Provided({ rights, children, ...rest }: Omit<Place, 'may'> & { rights: readonly May[]; children: ReactNode }) {
  const { me, brand, name, programs, program } = rest;
  const place = useMemo(() => ({ ...rest, may: (permission: May) => rights.includes(permission) }), [me, brand, name, programs, program, rights]);
  return <Context.Provider value={place}>{children}</Context.Provider>;
}

/** The choice of brand, and of program where the brand has several. */
export function PlaceChoice() {
  const { t } = useI18n();
  const { me, brand, programs, program, goTo, look } = usePlace();
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 10, alignItems: 'center' }}>
      {me.memberships.length > 1 && (
        <Select
          aria-label={t('place.brand')}
          leftSection={<Building2 size={17} aria-hidden />}
          data={me.memberships.map((m) => ({ value: m.brand, label: m.name }))}
          value={brand}
          onChange={(value) => value && goTo(value)}
          allowDeselect={false}
        />
      )}
      {programs.length > 1 && (
        <Select
          aria-label={t('place.program')}
          data={programs.map((p) => ({ value: p.id, label: p.name }))}
          value={program?.id ?? null}
          onChange={(value) => value && look(value)}
          allowDeselect={false}
        />
      )}
    </div>
  );
}
