import { Injectable } from '@core';

@Injectable({ scope: 'app' })
export abstract class Service<T> extends Base<T> implements Runnable, OnInit {
  private readonly store: Store<T> = new Store();
  protected static instance?: Service<unknown>;
  public cache = new Map();

  constructor(private http: HttpClient, name: string) {
    super();
    this.http.get(name);
  }

  abstract run(): Promise<void>;

  async load(id: number): Promise<T> {
    const client: HttpClient = this.http;
    client.get(id);
    return this.store.find(id);
  }

  overload(a: string): void;
  overload(a: any): void {
    this.cache.set(a);
  }
}

class Hidden {
  override toString(): string { return ''; }
}
