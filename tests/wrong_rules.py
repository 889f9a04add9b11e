"""Rules as they are often written wrongly; test_rules.py shows that its checks reject each."""

from dataclasses import dataclass

import numpy as np

import optimlib as ol


class Ascent(ol.GradientDescent):
    def update(self, t, g):
        return dict(step=self.lr * g)


class RateTwice(ol.GradientDescent):
    def update(self, t, g):
        return dict(step=-self.lr * (self.lr * g))


class RateTwiceMomentum(ol.Momentum):
    def update(self, t, g, v):
        v = self.beta * v + self.lr * g
        return dict(v=v, step=-self.lr * v)


class DampenedMomentum(ol.Momentum):
    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g
        return dict(v=v, step=-self.lr * v)


class UndampenedAverage(ol.AverageMomentum):
    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * v)


class SwappedAverage(ol.AverageMomentum):
    def update(self, t, g, v):
        v = (1 - self.beta) * v + self.beta * g
        return dict(v=v, step=-self.lr * v)


class StepBeforeVelocity(ol.Momentum):
    def update(self, t, g, v):
        step = -self.lr * v
        return dict(v=self.beta * v + g, step=step)


class RateOutsideHeavyBall(ol.HeavyBall):
    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * v)


class LookBehind(ol.Nesterov):
    """The sign of note B: the gradient at w + ρv, where v holds gradients."""

    def look_ahead(self, w, v):
        return w + self.lr * self.beta * v


class UnscaledLookAhead(ol.Nesterov):
    def look_ahead(self, w, v):
        return w - self.beta * v


class FullLookAhead(ol.Nesterov):
    def look_ahead(self, w, v):
        return w - self.lr * v


class NoLookAhead(ol.Nesterov):
    def look_ahead(self, w, v):
        return w


class OldVelocityNesterov(ol.Nesterov):
    def update(self, t, g, v):
        return dict(v=self.beta * v + g, step=-self.lr * (g + self.beta * v))


class ForgetsGradientNesterov(ol.Nesterov):
    def update(self, t, g, v):
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * self.beta * v)


class AdaGradInside(ol.AdaGrad):
    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / np.sqrt(G + self.eps))


class AdaGradWithoutRoot(ol.AdaGrad):
    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / (G + self.eps))


class AdaGradOfSizes(ol.AdaGrad):
    def update(self, t, g, G):
        G = G + np.abs(g)
        return dict(G=G, step=-self.lr * g / (np.sqrt(G) + self.eps))


class AdaGradOfMean(ol.AdaGrad):
    def update(self, t, g, G):
        G = G + g**2
        return dict(G=G, step=-self.lr * g / (np.sqrt(G / t) + self.eps))


class AdaGradLate(ol.AdaGrad):
    def update(self, t, g, G):
        return dict(G=G + g**2, step=-self.lr * g / (np.sqrt(G) + self.eps))


@dataclass(frozen=True)
class AdaGradOfChanges(ol.AdaGrad):
    """What note B describes: damping where the gradient changes fast."""

    state = ("G", "before")

    def update(self, t, g, G, before):
        G = G + (g - before) ** 2
        return dict(G=G, before=g, step=-self.lr * g / (np.sqrt(G) + self.eps))


class RMSPropOtherSide(ol.RMSProp):
    """Epsilon outside where it should be inside, and the other way round."""

    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g**2
        scale = np.sqrt(v) + self.eps if self.eps_inside else np.sqrt(v + self.eps)
        return dict(v=v, step=-self.lr * g / scale)


class RMSPropSwapped(ol.RMSProp):
    def update(self, t, g, v):
        v = (1 - self.beta) * v + self.beta * g**2
        scale = np.sqrt(v + self.eps) if self.eps_inside else np.sqrt(v) + self.eps
        return dict(v=v, step=-self.lr * g / scale)


class RMSPropLate(ol.RMSProp):
    def update(self, t, g, v):
        scale = np.sqrt(v + self.eps) if self.eps_inside else np.sqrt(v) + self.eps
        v = self.beta * v + (1 - self.beta) * g**2
        return dict(v=v, step=-self.lr * g / scale)


class RMSPropCorrected(ol.RMSProp):
    def update(self, t, g, v):
        v = self.beta * v + (1 - self.beta) * g**2
        mean = v / (1 - self.beta**t)
        scale = np.sqrt(mean + self.eps) if self.eps_inside else np.sqrt(mean) + self.eps
        return dict(v=v, step=-self.lr * g / scale)


class _AdamVariant(ol.Adam):
    """Adam in pieces, so that a variant changes one of them."""

    def update(self, t, g, m, v):
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        return dict(m=m, v=v, step=self.step(t, g, m, v))

    def step(self, t, g, m, v):
        m_hat = m / (1 - self.beta1 ** self.power(t))
        v_hat = v / (1 - self.beta2 ** self.power(t))
        return -self.lr * m_hat / self.scale(t, v_hat)

    def power(self, t):
        return t

    def scale(self, t, v_hat):
        return np.sqrt(v_hat) + self.eps


class AdamPowerBehind(_AdamVariant):
    def power(self, t):
        return t - 1


class AdamPowerAhead(_AdamVariant):
    def power(self, t):
        return t + 1


class AdamFixedPower(_AdamVariant):
    def power(self, t):
        return 1


class AdamInside(_AdamVariant):
    def scale(self, t, v_hat):
        return np.sqrt(v_hat + self.eps)


class AdamEpsilonHat(_AdamVariant):
    """Epsilon added before the correction, as Keras and TensorFlow do."""

    def scale(self, t, v_hat):
        return np.sqrt(v_hat) + self.eps / np.sqrt(1 - self.beta2**t)


class AdamRateTwice(_AdamVariant):
    def step(self, t, g, m, v):
        return self.lr * super().step(t, g, m, v)


class AdamWithoutMean(_AdamVariant):
    def step(self, t, g, m, v):
        return super().step(t, g, g * (1 - self.beta1**t), v)


class AdamWithoutRoot(_AdamVariant):
    def scale(self, t, v_hat):
        return v_hat + self.eps


class AdamHalfCorrected(_AdamVariant):
    def step(self, t, g, m, v):
        return -self.lr * (m / (1 - self.beta1**t)) / (np.sqrt(v) + self.eps)


class AdamUncorrected(_AdamVariant):
    def step(self, t, g, m, v):
        return -self.lr * m / (np.sqrt(v) + self.eps)


class AdamSwapped(ol.Adam):
    def update(self, t, g, m, v):
        swapped = ol.Adam(self.lr, self.beta2, self.beta1, self.eps, self.bias_correction)
        return swapped.update(t, g, m, v)


class AdamSquaresMean(ol.Adam):
    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        v = self.beta2 * v + (1 - self.beta2) * record["m"] ** 2
        v_hat = v / (1 - self.beta2**t) if self.bias_correction else v
        m_hat = record.get("m_hat", record["m"])
        return record | dict(v=v, step=-self.lr * m_hat / (np.sqrt(v_hat) + self.eps))
