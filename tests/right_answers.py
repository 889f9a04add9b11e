"""Right answers to exercises in code, rearranged as learners do, by exercise."""

import math

import numpy as np


def sgd_1(g, lr):
    return dict(step=lr * -g)


def sgd_2(t, g, w, lr):
    return {"step": (w - lr * g) - w}


def sgd_3(g, lr):
    return {"step": -np.multiply(g, lr), "length": np.linalg.norm(lr * g)}


def momentum_1(t, g, v, lr, beta):
    v = g + v * beta
    return dict(step=-(v * lr), v=v)


def momentum_2(g, v, lr, beta):
    return dict(v=beta * v + g, step=-lr * beta * v - lr * g)


def momentum_3(g, v, lr, beta):
    new = v + g - (1 - beta) * v
    return dict(v=new, step=-lr * new)


def heavy_1(g, v, lr, beta):
    return dict(v=lr * g + beta * v, step=-lr * g - beta * v)


def heavy_2(g, v, lr, beta):
    new = lr * (beta * (v / lr) + g)
    return dict(v=new, step=-new)


def heavy_3(g, v, lr, beta):
    new = v - ((1 - beta) * v - lr * g)
    return dict(v=new, step=-1 * new)


def average_1(g, v, lr, beta):
    new = v + (1 - beta) * (g - v)
    return dict(v=new, step=-lr * new)


def average_2(g, v, lr, beta):
    new = g - beta * (g - v)
    return dict(v=new, step=new * -lr)


def average_3(g, v, lr, beta):
    return dict(v=beta * v + g - beta * g, step=lr * beta * (g - v) - lr * g)


def nesterov_1(w, grad, v, lr, beta):
    g = grad(w - beta * lr * v)
    new = g + beta * v
    return dict(v=new, step=-lr * new, g=g)


def nesterov_2(w, grad, v, lr, beta):
    ahead = w + lr * beta * -v
    g = grad(ahead)
    return dict(look_ahead=ahead, g=g, v=beta * v + g, step=(ahead - w) - lr * g)


def nesterov_3(t, w, grad, v, lr, beta):
    step = -lr * beta * v
    step = step - lr * grad(w + step)
    return dict(v=-step / lr, step=step)


def schedule_free_1(w, grad, z, S, lr, beta):
    g = grad(z + beta * (w - z))
    z = z - lr * g
    return dict(z=z, S=lr * lr + S, step=lr * lr * (z - w) / (S + lr * lr), g=g)


def schedule_free_2(t, w, grad, z, S, lr, beta):
    ahead = beta * w + z - beta * z
    z, total = -lr * grad(ahead) + z, S + lr**2
    mean = (S * w + lr**2 * z) / total
    return dict(S=total, z=z, step=mean - w)


def adagrad_1(g, G, lr, eps):
    G = g * g + G
    return dict(G=G, step=-lr / (eps + G**0.5) * g)


def adagrad_2(g, G, lr, eps):
    root = np.hypot(np.sqrt(G), g)
    return dict(G=root**2, step=-(lr * g) / (root + eps))


def adagrad_3(g, G, lr, eps):
    G = G + abs(g) ** 2
    return dict(G=G, step=-lr * g / np.sqrt(G) / (1 + eps / np.sqrt(G)))


def rmsprop_1(g, v, lr, beta, eps):
    v = v + (1 - beta) * (g * g - v)
    return dict(v=v, step=-lr * g / (eps + np.sqrt(v)))


def rmsprop_2(g, v, lr, beta, eps):
    v = g**2 - beta * (g**2 - v)
    return dict(v=v, step=-(lr / (v**0.5 + eps)) * g)


def rmsprop_3(g, v, lr, beta, eps):
    v = np.sqrt(beta * v + (np.sqrt(1 - beta) * g) ** 2) ** 2
    root = np.sqrt(v)
    return dict(v=v, step=-lr * (g / root) / (1 + eps / root))


def adam_1(t, g, m, v, lr, beta1, beta2, eps):
    """The paper's shorter form, with the epsilon that makes it equal."""
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g * g - v)
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return dict(m=m, v=v, step=-rate * m / (np.sqrt(v) + eps * np.sqrt(1 - beta2**t)))


def adam_2(t, g, m, v, lr, beta1, beta2, eps):
    m = g - beta1 * (g - m)
    v = beta2 * v + g**2 - beta2 * g**2
    m_hat = m / -np.expm1(t * np.log(beta1))
    v_hat = v / -np.expm1(t * np.log(beta2))
    return dict(m=m, v=v, m_hat=m_hat, v_hat=v_hat, step=-lr * (m_hat / (eps + v_hat**0.5)))


def adam_3(t, g, m, v, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
    root = np.sqrt(v / (1 - beta2**t))
    return dict(step=-(lr / (1 - beta1**t)) * (m / root) / (1 + eps / root), m=m, v=v)


def adamw_1(t, g, m, v, w, lr, beta1, beta2, eps, weight_decay):
    record = adam_1(t, g, m, v, lr, beta1, beta2, eps)
    return record | dict(step=record["step"] - lr * weight_decay * w)


def adamw_2(t, g, m, v, w, lr, beta1, beta2, eps, weight_decay):
    record = adam_2(t, g, m, v, lr, beta1, beta2, eps)
    return record | dict(step=(1 - lr * weight_decay) * w + record["step"] - w)


def adamw_3(t, g, m, v, w, lr, beta1, beta2, eps, weight_decay):
    record = adam_3(t, g, m, v, 1.0, beta1, beta2, eps)
    return record | dict(step=lr * (record["step"] - weight_decay * w))


def amsgrad_1(g, m, v, v_max, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g * g - v)
    v_max = np.where(v > v_max, v, v_max)
    return dict(m=m, v=v, v_max=v_max, step=-lr * m / (eps + v_max**0.5))


def amsgrad_2(t, g, m, v, v_max, lr, beta1, beta2, eps):
    m = g - beta1 * (g - m)
    v = g**2 - beta2 * (g**2 - v)
    root = np.maximum(np.sqrt(v_max), np.sqrt(v))
    return dict(m=m, v=v, v_max=root**2, step=-lr / (root + eps) * m)


def amsgrad_3(g, m, v, v_max, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
    v_max = np.max([v, v_max], axis=0)
    root = np.sqrt(v_max)
    return dict(m=m, v=v, v_max=v_max, step=-lr * (m / root) / (1 + eps / root))


def newton_1(g, h, lr, regularization):
    return dict(step=-lr / (regularization + h) * g)


def newton_2(t, w, g, h, lr, regularization):
    return dict(step=-(g / (h + regularization)) * lr)


def newton_3(g, h, lr, regularization):
    return dict(step=-lr * g / h / (1 + regularization / h))


def adadelta_1(g, v, u, lr, rho, eps):
    v = v + (1 - rho) * (g * g - v)
    Delta = g * np.sqrt((u + eps) / (v + eps))
    return dict(v=v, u=u - (1 - rho) * (u - Delta * Delta), step=-Delta * lr)


def adadelta_2(g, v, u, lr, rho, eps):
    v = rho * v + (1 - rho) * g**2
    square = (u + eps) * g**2 / (eps + v)
    return dict(v=v, u=rho * u + square - rho * square, step=-lr * np.sign(g) * square**0.5)


def rprop_1(g, s, g_tilde, lr, grow, shrink, lr_min, lr_max):
    agree = np.sign(g) * np.sign(g_tilde)
    s = np.clip(s * np.choose((agree + 1).astype(int), [shrink, 1.0, grow]), lr_min, lr_max)
    return dict(s=s, g_tilde=g, step=-np.copysign(s, g))


def rprop_2(g, s, g_tilde, grow, shrink, lr_min, lr_max):
    s = np.where((g > 0) == (g_tilde > 0), s * grow, s * shrink) if np.all(g_tilde) else s
    s = np.minimum(lr_max, np.maximum(lr_min, s))
    return dict(s=s, g_tilde=g, step=np.where(g > 0, -s, s))


def adamax_1(t, g, m, u, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    u = np.where(abs(g) > beta2 * u, abs(g), beta2 * u)
    return dict(m=m, u=u, step=-lr / (1 - beta1**t) * m / (eps + u))


def adamax_2(t, g, m, u, lr, beta1, beta2, eps):
    m = g - beta1 * (g - m)
    u = np.sqrt(np.maximum((beta2 * u) ** 2, g**2))
    return dict(m=m, u=u, step=-lr * (m / u) / ((1 - beta1**t) * (1 + eps / u)))


def nadam_1(t, g, m, v, P, lr, beta1, beta2, eps, psi):
    mu, mu_next = (beta1 - beta1 * 0.96 ** (k * psi) / 2 for k in (t, t + 1))
    m, v, P = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v), mu * P
    top = mu_next / (1 - P * mu_next) * m + (1 - mu) / (1 - P) * g
    return dict(m=m, v=v, P=P, step=-lr * top / (eps + (v / (1 - beta2**t)) ** 0.5))


def nadam_2(t, g, m, v, P, lr, beta1, beta2, eps, psi):
    record = nadam_1(t, g, m, v, P, 1.0, beta1, beta2, eps, psi)
    return record | dict(step=lr * record["step"])


def radam_1(t, g, m, v, lr, beta1, beta2, eps):
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
    limit = (1 + beta2) / (1 - beta2)
    rho = limit - 2 * t / (beta2**-t - 1)
    rate = lr / (1 - beta1**t)
    if rho <= 5:
        return dict(m=m, v=v, step=-rate * m)
    r = np.sqrt((rho - 4) / (limit - 4) * (rho - 2) / (limit - 2) * limit / rho)
    return dict(m=m, v=v, step=-rate * r * m / (eps + np.sqrt(v / (1 - beta2**t))))


def radam_2(t, g, m, v, lr, beta1, beta2, eps):
    record = radam_1(t, g, m, v, 2.0, beta1, beta2, eps)
    return record | dict(step=record["step"] / 2 * lr)


def adabelief_1(t, g, m, s, lr, beta1, beta2, eps):
    gap = beta1 * (g - m)
    m = m + (1 - beta1) * (g - m)
    s = s + (1 - beta2) * (gap**2 - s) + eps
    return dict(m=m, s=s, step=-lr / (1 - beta1**t) * m / (eps + np.sqrt(s / (1 - beta2**t))))


def adabelief_2(t, g, m, s, lr, beta1, beta2, eps):
    m = g - beta1 * (g - m)
    s = eps + beta2 * s + (1 - beta2) * (m - g) ** 2
    root = np.sqrt(s / (1 - beta2**t))
    return dict(m=m, s=s, step=-lr * (m / root) / (1 - beta1**t) / (1 + eps / root))


def yogi_1(g, m, v, lr, beta1, beta2, eps):
    change = (1 - beta2) * g * g
    v = np.where(v > g * g, v - change, v + change)
    m = m + (1 - beta1) * (g - m)
    return dict(m=m, v=v, step=-lr * m / (eps + v**0.5))


def yogi_2(g, m, v, lr, beta1, beta2, eps):
    v = v + (1 - beta2) * np.copysign(g**2, g**2 - v)
    m = g - beta1 * (g - m)
    return dict(m=m, v=v, step=-(lr / (np.sqrt(v) + eps)) * m)


def lion_1(g, m, w, lr, beta1, beta2, weight_decay):
    sign = np.where(beta1 * m > (beta1 - 1) * g, 1, -1)
    return dict(m=m + (1 - beta2) * (g - m), step=-lr * sign - lr * weight_decay * w)


def lion_2(g, m, w, lr, beta1, beta2, weight_decay):
    sign = np.copysign(1, g - beta1 * (g - m))
    return dict(m=g - beta2 * (g - m), step=-lr * (weight_decay * w + sign))


def sign_1(g, lr):
    return dict(step=np.where(g > 0, -lr, np.where(g < 0, lr, 0)))


def sign_2(t, g, lr):
    return {"step": lr * np.sign(-g)}


def sign_3(g, lr):
    size = np.abs(g)
    return dict(step=-lr * g / np.where(size > 0, size, 1))


def adan_1(t, g, m, d, v, g_tilde, w, lr, beta1, beta2, beta3, eps, weight_decay):
    change = g - g_tilde if t > 1 else 0 * g
    m, d = m + (1 - beta1) * (g - m), d + (1 - beta2) * (change - d)
    v = v + (1 - beta3) * ((g + beta2 * change) ** 2 - v)
    top = m / (1 - beta1**t) + beta2 * d / (1 - beta2**t)
    end = (w - lr * top / (np.sqrt(v / (1 - beta3**t)) + eps)) / (1 + lr * weight_decay)
    return dict(m=m, d=d, v=v, g_tilde=g, step=end - w)


def adan_2(t, g, m, d, v, g_tilde, w, lr, beta1, beta2, beta3, eps, weight_decay):
    record = adan_1(t, g, m, d, v, g_tilde, 0 * w, lr, beta1, beta2, beta3, eps, weight_decay)
    return record | dict(step=record["step"] - lr * weight_decay / (1 + lr * weight_decay) * w)


def ademamix_1(t, g, m, m_bar, v, w, lr, beta1, beta2, beta3, alpha, eps, weight_decay):
    m, m_bar = m + (1 - beta1) * (g - m), g - beta3 * (g - m_bar)
    v = v + (1 - beta2) * (g * g - v)
    root = (v / (1 - beta2**t)) ** 0.5 + eps
    step = -lr / (1 - beta1**t) * m / root - lr * alpha * m_bar / root - lr * weight_decay * w
    return dict(m=m, m_bar=m_bar, v=v, step=step)


def ademamix_2(t, g, m, m_bar, v, w, lr, beta1, beta2, beta3, alpha, eps, weight_decay):
    numbers = beta1, beta2, beta3, alpha, eps, weight_decay
    record = ademamix_1(t, g, m, m_bar, v, w, 1.0, *numbers)
    return record | dict(step=lr * record["step"])


def adopt_1(t, g, m, v, lr, beta1, beta2, eps):
    if t == 1:
        return dict(m=m, v=g**2, step=0 * g)
    bound = np.sqrt(np.sqrt(t - 1))
    u = np.clip(g / np.maximum(v**0.5, eps), -bound, bound)
    m = m + (1 - beta1) * (u - m)
    return dict(m=m, v=v + (1 - beta2) * (g * g - v), step=-m * lr)


def adopt_2(t, g, m, v, lr, beta1, beta2, eps):
    u = np.sign(g) * np.minimum(abs(g) / np.where(v > eps**2, np.sqrt(v), eps), (t - 1) ** 0.25)
    share = beta2 * (t > 1)
    m = u - beta1 * (u - m)
    return dict(m=m, v=share * v + (1 - share) * g**2, step=lr * -m)


def cosine_1(t, lr, steps, lr_min):
    if t > steps:
        return lr_min
    return (lr + lr_min) / 2 + (lr - lr_min) / 2 * math.cos(math.pi * (t - 1) / steps)


def cosine_2(steps, t, lr_min, lr):
    part = np.clip((t - 1) / steps, 0, 1)
    return lr - (lr - lr_min) * np.sin(0.5 * np.pi * part) ** 2


REARRANGED = {
    "cosine-schedule": [cosine_1, cosine_2],
    "gradient-descent": [sgd_1, sgd_2, sgd_3],
    "momentum": [momentum_1, momentum_2, momentum_3],
    "heavy-ball": [heavy_1, heavy_2, heavy_3],
    "average-momentum": [average_1, average_2, average_3],
    "nesterov": [nesterov_1, nesterov_2, nesterov_3],
    "schedule-free": [schedule_free_1, schedule_free_2],
    "adagrad": [adagrad_1, adagrad_2, adagrad_3],
    "rmsprop": [rmsprop_1, rmsprop_2, rmsprop_3],
    "adam": [adam_1, adam_2, adam_3],
    "adamw": [adamw_1, adamw_2, adamw_3],
    "amsgrad": [amsgrad_1, amsgrad_2, amsgrad_3],
    "newton": [newton_1, newton_2, newton_3],
    "adadelta": [adadelta_1, adadelta_2],
    "rprop": [rprop_1, rprop_2],
    "adamax": [adamax_1, adamax_2],
    "nadam": [nadam_1, nadam_2],
    "radam": [radam_1, radam_2],
    "adabelief": [adabelief_1, adabelief_2],
    "yogi": [yogi_1, yogi_2],
    "lion": [lion_1, lion_2],
    "sign-descent": [sign_1, sign_2, sign_3],
    "adan": [adan_1, adan_2],
    "ademamix": [ademamix_1, ademamix_2],
    "adopt": [adopt_1, adopt_2],
}
