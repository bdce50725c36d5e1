/* The lane integrator of src/opendome/kernels/lanes.py and flight.py in C: the yardstick of
   `opendome bench flight`.  Same algorithm, same order of operations, same tables; no fastmath, no
   contraction.  Over still, smooth ground only.  Compiled by the benchmark, not shipped. */
#include <math.h>
#include <string.h>

enum { W = 64, AIR = 2048, DRAG = 4096, BURN = 100, MOST = 4200 };
static const double A = 6378137.0, F = 1.0 / 298.257223563;

typedef struct { double radius, c_y, c_z, k_y, k_z, mu, j2, turn; } Earth;
typedef struct { double m0, fuel, burn_time, thrust, cda, step; long boost_steps; } Class;
typedef struct { double state[6], full, rate; long cls; } Rocket;

typedef struct {
  double x[6][W], s[6][W], k[6][W];                     /* state, stage, sum of slopes */
  double gx[W], gy[W], gz[W], ax[W], ay[W], az[W];      /* gravity, velocity through the air */
  double h[W], v2[W], d[W], along[W];
  double dt[W], cda[W], inv_m[W], ma[W], mm[W], mb[W], ta[W], tb[W];
  double u[W], rho_a[W], per_a2[W], east[W], north[W];
  double burn[W], full[W], used[W], rate[W], m0[W], fuel[W], mean[W], curve[W];
  long row[W], cls[W], end[W], index[W];
} Lanes;

static inline double clamp(double u, double cells) {
  double top = cells - 1e-9;
  u = u > 0.0 ? u : 0.0;
  return u < top ? u : top;
}

static void look_up(Lanes *restrict l, int n, const double *restrict air,
                    const double *restrict curves, const Earth *restrict e) {
  const double f2 = F * (2.0 - F), ep2 = f2 / (1.0 - f2);
  const double r02 = e->c_y * e->c_y + e->c_z * e->c_z, r0 = sqrt(r02);
  const double pr = 1.0 / r02, pa = 1.0 / (A * A), g0 = e->mu / (r0 * r02);
  const double j0 = e->j2 * A * A * pr, o2 = e->turn * e->turn;
  const double k_y = e->k_y, k_z = e->k_z, c_y = e->c_y, c_z = e->c_z, per_radius = 1.0 / e->radius;
  for (int i = 0; i < n; i++) {
    double px = l->s[0][i], py = l->s[1][i] + c_y, pz = l->s[2][i] + c_z;
    double w = k_y * py + k_z * pz, r2 = px * px + py * py + pz * pz, w2 = w * w;
    double u = (r2 + ep2 * w2) * pa - 1.0, v = r2 * pr - 1.0;
    double r = r0 * (1.0 + v * (0.5 - v * (0.125 - v * (0.0625 - v * 0.0390625))));
    double h = r * u * (0.5 - u * (0.375 - u * (0.3125 - u * (0.2734375 - u * 0.24609375))));
    double g = g0 * (1.0 - v * (1.5 - v * (1.875 - v * (2.1875 - v * 2.4609375))));
    double near = 1.0 - v * (1.0 - v), j = j0 * near;
    double a = g * (1.0 + 1.5 * j * (1.0 - 5.0 * w2 * pr * near)) - o2, b = w * (3.0 * g * j + o2);
    l->h[i] = h;
    l->gx[i] = -a * px;
    l->gy[i] = -a * py - b * k_y;
    l->gz[i] = -a * pz - b * k_z;
    double place = clamp(h * (AIR / 100e3), AIR), whole = floor(place);
    l->u[i] = place - whole;
    l->index[i] = (long)whole;
  }
  for (int i = 0; i < n; i++) {
    const double *p = air + 4 * l->index[i];
    double f = l->u[i];
    l->rho_a[i] = p[0] + f * (p[4] - p[0]);
    l->per_a2[i] = p[1] + f * (p[5] - p[1]);
    l->east[i] = p[2] + f * (p[6] - p[2]);
    l->north[i] = p[3] + f * (p[7] - p[3]);
  }
  for (int i = 0; i < n; i++) {
    double up = -(l->east[i] * l->s[0][i] + l->north[i] * l->s[1][i]) * per_radius;
    double ax = l->s[3][i] - l->east[i], ay = l->s[4][i] - l->north[i], az = l->s[5][i] - up;
    double v2 = ax * ax + ay * ay + az * az;
    l->ax[i] = ax, l->ay[i] = ay, l->az[i] = az, l->v2[i] = v2;
    l->d[i] = 0.5 * l->rho_a[i];
    double place = clamp(v2 * l->per_a2[i] * (DRAG / 49.0), DRAG), whole = floor(place);
    l->u[i] = place - whole;
    l->index[i] = (long)(whole + l->curve[i]);
  }
  for (int i = 0; i < n; i++) {
    const double *c = curves + l->index[i];
    l->d[i] *= c[0] + l->u[i] * (c[1] - c[0]);
  }
}

static void burning(Lanes *restrict l, int n, const double *restrict mass, double part) {
  for (int i = 0; i < n; i++) {
    l->inv_m[i] = 1.0 / mass[i];
    l->along[i] = (l->ta[i] + part * (l->tb[i] - l->ta[i])) / sqrt(l->v2[i] + 1e-12);
  }
}

static void push(Lanes *restrict l, int n, double weight, double reach, const Earth *restrict e) {
  const double turn = 2.0 * e->turn, t_y = turn * e->k_y, t_z = turn * e->k_z;
  for (int i = 0; i < n; i++) {
    double vx = l->s[3][i], vy = l->s[4][i], vz = l->s[5][i];
    double c = (l->along[i] - l->d[i] * l->cda[i]) * l->inv_m[i];
    double ax = c * l->ax[i] + l->gx[i] + (t_z * vy - t_y * vz);
    double ay = c * l->ay[i] + l->gy[i] - t_z * vx, az = c * l->az[i] + l->gz[i] + t_y * vx;
    l->k[0][i] += weight * vx, l->k[1][i] += weight * vy, l->k[2][i] += weight * vz;
    l->k[3][i] += weight * ax, l->k[4][i] += weight * ay, l->k[5][i] += weight * az;
    double dt = reach * l->dt[i];
    l->s[0][i] = l->x[0][i] + dt * vx;
    l->s[1][i] = l->x[1][i] + dt * vy;
    l->s[2][i] = l->x[2][i] + dt * vz;
    l->s[3][i] = l->x[3][i] + dt * ax;
    l->s[4][i] = l->x[4][i] + dt * ay;
    l->s[5][i] = l->x[5][i] + dt * az;
  }
}

static void step(Lanes *l, int n, const double *air, const double *curves, const Earth *e, int on) {
  memset(l->k, 0, sizeof l->k);
  if (on) burning(l, n, l->ma, 0.0); else memset(l->along, 0, sizeof l->along);
  push(l, n, 1.0, 0.5, e);
  look_up(l, n, air, curves, e);
  if (on) burning(l, n, l->mm, 0.5);
  push(l, n, 2.0, 0.5, e);
  look_up(l, n, air, curves, e);
  if (on) burning(l, n, l->mm, 0.5);
  push(l, n, 2.0, 1.0, e);
  look_up(l, n, air, curves, e);
  if (on) burning(l, n, l->mb, 1.0);
  push(l, n, 1.0, 0.0, e);
  for (int c = 0; c < 6; c++)
    for (int i = 0; i < n; i++) l->x[c][i] += l->dt[i] * (1.0 / 6.0) * l->k[c][i];
}

static void motor(Lanes *l, int n, double f0, double f1, const double *burns) {
  for (int i = 0; i < n; i++) {
    l->dt[i] = l->burn[i] * (f1 - f0);
    double u = clamp(f1 * l->full[i] * BURN, BURN);
    long j = (long)u;
    const double *b = burns + 2 * ((BURN + 1) * l->cls[i] + j);
    double d = u - j, slope = b[3] - b[1];
    double used = b[0] + (b[1] + 0.5 * slope * d) * d / BURN, rate = b[1] + slope * d;
    double part = (f1 - f0) * l->full[i], before = l->used[i];
    double mean = part > 0.0 ? (used - before) / part : 0.0, bend = 0.5 * (l->rate[i] - rate);
    l->ta[i] = l->mean[i] * (mean + bend), l->tb[i] = l->mean[i] * (mean - bend);
    l->ma[i] = l->mb[i];
    l->mm[i] = l->m0[i] - l->fuel[i] * (0.5 * (before + used) + 0.25 * bend * part);
    l->mb[i] = l->m0[i] - l->fuel[i] * used;
    l->used[i] = used, l->rate[i] = rate;
  }
}

static double height(const double *p, const Earth *e) {
  const double f2 = F * (2.0 - F), ep2 = f2 / (1.0 - f2);
  double py = p[1] + e->c_y, pz = p[2] + e->c_z, w = e->k_y * py + e->k_z * pz;
  double r2 = p[0] * p[0] + py * py + pz * pz;
  return sqrt(r2) * (1.0 - A / sqrt(r2 + ep2 * w * w));
}

static void between(const double *a, const double *b, double dt, double u, double *o) {
  double w = 1.0 - u, p0 = w * w * (1.0 + 2.0 * u), p1 = u * u * (3.0 - 2.0 * u);
  double v0 = dt * u * w * w, v1 = -dt * u * u * w, q = 6.0 * u * w / dt;
  for (int c = 0; c < 3; c++) {
    o[c] = p0 * a[c] + p1 * b[c] + v0 * a[c + 3] + v1 * b[c + 3];
    o[c + 3] = q * (b[c] - a[c]) + w * (1.0 - 3.0 * u) * a[c + 3] + u * (3.0 * u - 2.0) * b[c + 3];
  }
}

/* Flies rockets in the order given; writes impact (t, x, y) and the nodes.  Returns nodes used. */
long fly(long count, const Rocket *rockets, const long *order, const Class *classes,
         const double *air, const double *curves, const double *burns, const Earth *e,
         double *restrict nodes, double *restrict impact) {
  static Lanes l;
  static double path[MOST][6][W];
  long used = 0;
  for (long start = 0; start < count;) {
    long c = rockets[order[start]].cls;
    const Class *cls = classes + c;
    int n = 0;
    for (; n < W && start + n < count && rockets[order[start + n]].cls == c; n++) {
      const Rocket *r = rockets + order[start + n];
      for (int k = 0; k < 6; k++) l.x[k][n] = r->state[k];
      l.row[n] = order[start + n], l.cls[n] = c, l.end[n] = 0;
      l.full[n] = r->full, l.burn[n] = r->full * cls->burn_time, l.used[n] = 0.0, l.rate[n] = r->rate;
      l.m0[n] = l.mb[n] = cls->m0, l.fuel[n] = cls->fuel, l.mean[n] = cls->thrust;
      l.cda[n] = cls->cda, l.curve[n] = c * (DRAG + 1);
    }
    start += n;
    double f0 = 0.0;
    for (long k = 0; k < MOST; k++) {
      memcpy(path[k], l.x, sizeof l.x);
      memcpy(l.s, l.x, sizeof l.x);
      look_up(&l, n, air, curves, e);
      int flying = 0;
      for (int i = 0; i < n; i++) {
        double climb = l.x[0][i] * l.x[3][i] + (l.x[1][i] + e->c_y) * l.x[4][i]
                       + (l.x[2][i] + e->c_z) * l.x[5][i];
        long end = l.h[i] < 0.0 && climb < 0.0 ? k : 0;
        l.end[i] = l.end[i] ? l.end[i] : end;
        flying += !l.end[i];
      }
      if (!flying) break;
      if (k < cls->boost_steps) {
        double f1 = (double)(k + 1) / cls->boost_steps;
        f1 *= sqrt(f1);
        motor(&l, n, f0, f1, burns);
        f0 = f1;
      } else if (k == cls->boost_steps)
        for (int i = 0; i < n; i++) l.dt[i] = cls->step, l.inv_m[i] = 1.0 / l.mb[i];
      step(&l, n, air, curves, e, k < cls->boost_steps);
    }
    for (int i = 0; i < n; i++) {
      double *first = nodes + 6 * used;
      for (long k = 0; k <= l.end[i]; k++)
        for (int m = 0; m < 6; m++) first[6 * k + m] = path[k][m][i];
      used += l.end[i] + 1;
      long k = l.end[i] - 1, b = cls->boost_steps;
      double f = (double)k / b, g = (double)(k + 1) / b;
      double t0 = k < b ? l.burn[i] * f * sqrt(f) : l.burn[i] + (k - b) * cls->step;
      double t1 = k + 1 < b ? l.burn[i] * g * sqrt(g) : l.burn[i] + (k + 1 - b) * cls->step;
      double u = 1.0, o[6];
      for (int m = 0; m < 20; m++) {
        between(first + 6 * k, first + 6 * k + 6, t1 - t0, u, o);
        double over = height(o, e);
        if (fabs(over) < 1e-6) break;
        double py = o[1] + e->c_y, pz = o[2] + e->c_z;
        double rise = (o[0] * o[3] + py * o[4] + pz * o[5]) / sqrt(o[0] * o[0] + py * py + pz * pz);
        u = fmax(u - over / (rise * (t1 - t0)), 0.0);
      }
      between(first + 6 * k, first + 6 * k + 6, t1 - t0, u, o);
      double *to = impact + 3 * l.row[i];
      to[0] = t0 + u * (t1 - t0), to[1] = o[0], to[2] = o[1];
    }
  }
  return used;
}
