// One script tag puts the widget on a page:
//   <script src="https://HOST/widget.js" data-program="…" async></script>
import { configOf } from './config';
import { Widget } from './element';

const script = document.currentScript as HTMLScriptElement | null; // of modules there is none
if (script && !customElements.get('knowhow-widget')) {
  customElements.define('knowhow-widget', Widget);
  const begin = () => {
    const config = configOf(script);
    const widget = document.createElement('knowhow-widget') as Widget;
    if (config.mode === 'page') script.after(widget);
    else document.body.append(widget);
    void widget.begin(config);
  };
  if (document.body) begin();
  else addEventListener('DOMContentLoaded', begin);
}
