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


class DampenedAtFirst(ol.Momentum):
    def update(self, t, g, v):
        v = self.beta * v + (1 - self.dampening) * g
        return dict(v=v, step=-self.lr * v)


class RMSPropCenteredLate(ol.RMSProp):
    def update(self, t, g, v, g_bar, b):
        v = self.beta * v + (1 - self.beta) * g**2
        b = self.momentum * b + g / (np.sqrt(v - g_bar**2 + 1e-300) + self.eps)
        return dict(v=v, g_bar=self.beta * g_bar + (1 - self.beta) * g, b=b, step=-self.lr * b)


class RMSPropRateTwice(ol.RMSProp):
    def update(self, t, g, v, g_bar, b):
        record = super().update(t, g, v, g_bar, b)
        return record | dict(step=self.lr * record["step"])


class AdadeltaLate(ol.Adadelta):
    """The step's root of u after u has seen the step."""

    def update(self, t, g, v, u):
        record = super().update(t, g, v, u)
        scale = np.sqrt(record["u"] + self.eps) / np.sqrt(record["v"] + self.eps)
        return record | dict(step=-self.lr * scale * g)


class AdadeltaScaledMemory(ol.Adadelta):
    """The learning rate inside the mean of the steps."""

    def update(self, t, g, v, u):
        record = super().update(t, g, v, u)
        u = self.rho * u + (1 - self.rho) * (self.lr * record["Delta"]) ** 2
        return record | dict(u=u)


class AdadeltaOutside(ol.Adadelta):
    def update(self, t, g, v, u):
        v = self.rho * v + (1 - self.rho) * g**2
        delta = (np.sqrt(u) + self.eps) / (np.sqrt(v) + self.eps) * g
        return dict(v=v, u=self.rho * u + (1 - self.rho) * delta**2, step=-self.lr * delta)


class RpropSwapped(ol.Rprop):
    def update(self, t, g, s, g_tilde):
        return super().update(t, g, s, -g_tilde)


class RpropOtherForm(ol.Rprop):
    def update(self, t, g, s, g_tilde):
        other = self.replace_unchecked(skip=not self.skip)
        return ol.Rprop.update(other, t, g, s, g_tilde)


class RpropUnbounded(ol.Rprop):
    def update(self, t, g, s, g_tilde):
        free = self.replace_unchecked(lr_min=0.0, lr_max=np.inf)
        return ol.Rprop.update(free, t, g, s, g_tilde)


class RpropOfSizes(ol.Rprop):
    def update(self, t, g, s, g_tilde):
        record = super().update(t, g, s, g_tilde)
        return record | dict(step=-record["s"] * g)


class AMSGradForgets(ol.AMSGrad):
    """The maximum of this step's and the last step's v, not of all."""

    def update(self, t, g, m, v, v_max):
        return super().update(t, g, m, v, v)


class AMSGradOtherOrder(ol.AMSGrad):
    """The maximum taken before the correction where it should be after, and the other way."""

    def update(self, t, g, m, v, v_max):
        other = self.replace_unchecked(
            bias_correction=True, max_of_corrected=not self.max_of_corrected
        )
        return ol.AMSGrad.update(other, t, g, m, v, v_max)


class AdamWCoupled(ol.AdamW):
    def update(self, t, g, m, v, w):
        without = self.replace_unchecked(weight_decay=0.0)
        return ol.AdamW.update(without, t, g + self.weight_decay * w, m, v, w)


class AdamWWithoutRate(ol.AdamW):
    def update(self, t, g, m, v, w):
        without = self.replace_unchecked(weight_decay=0.0)
        record = ol.AdamW.update(without, t, g, m, v, w)
        return record | dict(step=record["step"] - self.weight_decay * w)


class AdamWGrowing(ol.AdamW):
    def update(self, t, g, m, v, w):
        return super().update(t, g, m, v, -w)


class AdamaxOtherSide(ol.Adamax):
    def update(self, t, g, m, u):
        return ol.Adamax.update(self.replace_unchecked(eps_inside=not self.eps_inside), t, g, m, u)


class AdamaxOfSquares(ol.Adamax):
    def update(self, t, g, m, u):
        return super().update(t, g, m, u) | dict(u=np.maximum(self.beta2 * u, g**2))


class AdamaxCorrected(ol.Adamax):
    def update(self, t, g, m, u):
        record = super().update(t, g, m, u)
        return record | dict(step=record["step"] * (1 - self.beta2**t))


class NAdamSameMomentum(ol.NAdam):
    """This step's μ in place of the next one's."""

    def update(self, t, g, m, v, P):
        record = super().update(t, g, m, v, P)
        m_hat = record["mu"] * record["m"] / (1 - record["P"] * record["mu"])
        m_hat = m_hat + (1 - record["mu"]) * g / (1 - record["P"])
        return record | dict(step=-self.lr * m_hat / (np.sqrt(record["v_hat"]) + self.eps))


class NAdamConstant(ol.NAdam):
    def update(self, t, g, m, v, P):
        record = ol.NAdam.update(self.replace_unchecked(psi=None), t, g, m, v)
        return record | dict(P=P)


class RAdamAlways(ol.RAdam):
    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        scale = np.sqrt(record["v"] / (1 - self.beta2**t)) + self.eps
        return record | dict(step=-self.lr * record["r"] * record["m_hat"] / scale)


class RAdamWithoutR(ol.RAdam):
    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        scale = np.sqrt(record["v"] / (1 - self.beta2**t)) + self.eps
        m_hat = record["m_hat"]
        return record | dict(step=-self.lr * np.where(record["rho"] > 5, m_hat / scale, m_hat))


class RAdamOtherEpsilon(ol.RAdam):
    def update(self, t, g, m, v):
        other = self.replace_unchecked(eps_before_correction=not self.eps_before_correction)
        return ol.RAdam.update(other, t, g, m, v)


class AdaBeliefOfOldMean(ol.AdaBelief):
    def update(self, t, g, m, s):
        record = super().update(t, g, m, s)
        s = self.beta2 * s + (1 - self.beta2) * (g - m) ** 2 + self.eps
        s_hat = s / (1 - self.beta2**t)
        return record | dict(s=s, step=-self.lr * record["m_hat"] / (np.sqrt(s_hat) + self.eps))


class AdaBeliefOneEpsilon(ol.AdaBelief):
    def update(self, t, g, m, s):
        record = super().update(t, g, m, s)
        s = record["s"] - self.eps
        s_hat = s / (1 - self.beta2**t)
        return record | dict(s=s, step=-self.lr * record["m_hat"] / (np.sqrt(s_hat) + self.eps))


class YogiOtherSign(ol.Yogi):
    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        v = np.abs(v + (1 - self.beta2) * np.sign(v - g**2) * g**2)
        return record | dict(v=v, step=-self.lr * record["m"] / (np.sqrt(v) + self.eps))


class YogiOfDifference(ol.Yogi):
    """Adam's v, written as Yogi's: the size of the difference counts."""

    def update(self, t, g, m, v):
        record = super().update(t, g, m, v)
        v = v - (1 - self.beta2) * (v - g**2)
        return record | dict(v=v, step=-self.lr * record["m"] / (np.sqrt(v) + self.eps))


class LionOneBeta(ol.Lion):
    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        return record | dict(m=record["c"])


class LionAfterMemory(ol.Lion):
    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        step = -self.lr * (np.sign(record["m"]) + self.weight_decay * w)
        return record | dict(step=step)


class LionWithoutDecay(ol.Lion):
    def update(self, t, g, m, w):
        record = super().update(t, g, m, w)
        return record | dict(step=-self.lr * np.sign(record["c"]))
