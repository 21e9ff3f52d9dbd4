import { Button } from './button';

export function App({ title, items }) {
  const [count, setCount] = useState(0);
  return (
    <div className="app">
      <Button label={title} onClick={() => setCount(count + 1)} />
      <ui.Panel>{items.map((item) => <Row key={item.id} item={item} />)}</ui.Panel>
    </div>
  );
}
