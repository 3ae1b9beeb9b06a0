import type { Language } from '../languages.ts'
import { finder, type PhraseList, type Speech } from './words.ts'

/** By its English name: what a topic is called in a sentence (in German after zu or mit), and after the colon what points at it. */
const topics: Record<string, PhraseList> = {
  delivery: {
    en: 'delivery: deliver*, ship*, parcel*, package*, courier, tracking, dispatch*',
    de: 'der Lieferung: liefer*, versand*, verschick*, paket*, sendung*, zustell*',
    fr: 'la livraison: livr*, colis, expédi*, envoi, suivi',
    es: 'el envío: envío*, entreg*, paquete*, pedido no llegó, reparto',
    it: 'la spedizione: spedizion*, spedite, spedire, consegn*, pacco, pacchi, corriere',
    pt: 'a entrega: entreg*, envio*, encomenda não chegou, transportadora',
    nl: 'de levering: lever*, geleverd, bezorg*, verzend*, pakket*, pakje',
  },
  order: {
    en: 'your order: order*',
    de: 'Ihrer Bestellung: bestell*, auftrag*',
    fr: 'votre commande: command*',
    es: 'su pedido: pedido*',
    it: 'il suo ordine: ordin*',
    pt: 'a sua encomenda: encomenda*, pedido*',
    nl: 'uw bestelling: bestel*, order',
  },
  refund: {
    en: 'refunds: refund*, money back, reimburs*',
    de: 'der Erstattung: erstatt*, rückerstattung, geld zurück',
    fr: 'le remboursement: rembours*',
    es: 'el reembolso: reembols*, devuelvan el dinero, devolución del dinero',
    it: 'il rimborso: rimbors*',
    pt: 'o reembolso: reembols*, dinheiro de volta',
    nl: 'de terugbetaling: terugbeta*, geld terug',
  },
  return: {
    en: 'returns: return it, return this, return policy, return the, send back, send it back, exchange*',
    de: 'der Rückgabe: rückgabe, zurückgeben, zurückschick*, retour*, umtausch*',
    fr: 'le retour: retourner, renvoyer, échang*',
    es: 'la devolución: devol*, cambiar la talla',
    it: 'il reso: reso, restitu*, sostitu*',
    pt: 'a devolução: devol*, trocar, troca',
    nl: 'het retour: retour*, terugsturen, ruilen, omruilen',
  },
  price: {
    en: 'prices: price*, cost*, expensive, cheap*, discount*, voucher*, how much',
    de: 'unseren Preisen: preis*, kostet, kosten, teuer*, günstig*, billig*, rabatt*, gutschein*, wie viel kostet',
    fr: 'les prix: prix, tarif*, coût*, coûte, cher, chère, réduction*, remise*, combien',
    es: 'los precios: precio*, cuesta*, caro, cara, caros, caras, barat*, descuento*, cuánto',
    it: 'i prezzi: prezz*, costa, costano, costo, sconto, sconti, quanto',
    pt: 'os preços: preço*, custa*, barat*, desconto*, quanto',
    nl: 'de prijzen: prijs, prijzen, kost, kosten, duur*, goedkop*, korting*, hoeveel',
  },
  payment: {
    en: 'payment: pay, paid, paying, payment*, card, checkout, charged, paypal',
    de: 'der Zahlung: bezahl*, zahl*, abgebucht, kreditkarte, lastschrift, paypal',
    fr: 'le paiement: paiement*, payer, payé*, carte bancaire, par carte, débité*, paypal',
    es: 'el pago: pago*, pagar*, pagué, pagado, tarjeta, cobr*, paypal',
    it: 'il pagamento: pagamento, pagamenti, pagar*, pagato, carta di credito, addebit*, paypal',
    pt: 'o pagamento: pagamento*, pagar*, paguei, cartão, cobr*, multibanco, paypal',
    nl: 'de betaling: betal*, pinnen, creditcard, ideal, afgeschreven, paypal',
  },
  invoice: {
    en: 'your invoice: invoice*, receipt*, billing, bill',
    de: 'Ihrer Rechnung: rechnung*, beleg*, quittung*',
    fr: 'votre facture: factur*, reçu fiscal',
    es: 'su factura: factura*',
    it: 'la fattura: fattur*, scontrino',
    pt: 'a sua fatura: fatura*, factura*, recibo*',
    nl: 'uw factuur: factu*, bon, bonnetje',
  },
  'opening hours': {
    en: 'our opening hours: opening, open, close, closed, hours',
    de: 'unseren Öffnungszeiten: öffnungszeit*, geöffnet, öffnen, offen, geschlossen, schließ*',
    fr: 'nos horaires: horaire*, ouvert*, ouvr*, fermé*, ferm*',
    es: 'nuestro horario: horario*, abren, abrir, abierto*, abrieran, cierran, cerrado*',
    it: 'i nostri orari: orari*, aprite, aprire, apert*, chius*, chiude*',
    pt: 'o nosso horário: horário*, abrem, abrir, aberto*, fecham, fechado*',
    nl: 'onze openingstijden: openingstijd*, open, gesloten, sluit*',
  },
  login: {
    en: 'your login: log in, login, log into, sign in, password*, account',
    de: 'Ihrer Anmeldung: einlogg*, login, anmeld*, passwort*, konto, zugang*',
    fr: 'votre connexion: connexion, connecter, mot de passe, compte, identifiant*',
    es: 'su acceso: iniciar sesión, contraseña*, cuenta, acceder',
    it: 'il suo accesso: accedere, accesso, password, login, account',
    pt: 'o seu acesso: senha*, palavra passe, login, iniciar sessão, conta',
    nl: 'uw login: inlogg*, wachtwoord*, account, aanmeld*',
  },
  cancellation: {
    en: 'cancellation: cancel*',
    de: 'der Stornierung: stornier*, kündig*, widerruf*, absagen',
    fr: 'l’annulation: annul*, résili*',
    es: 'la cancelación: cancel*, anular',
    it: 'la cancellazione: annull*, cancell*, disd*',
    pt: 'o cancelamento: cancel*, anular',
    nl: 'de annulering: annul*, opzegg*, afzegg*',
  },
  booking: {
    en: 'your booking: book, booked, booking*, reserv*, appointment*, table',
    de: 'Ihrer Buchung: buch*, reservier*, termin*, tisch',
    fr: 'votre réservation: réserv*, rendez vous, table',
    es: 'su reserva: reserv*, cita*, mesa, mesas',
    it: 'la prenotazione: prenot*, appuntament*, tavol*',
    pt: 'a sua reserva: reserv*, marcação, mesa',
    nl: 'uw reservering: reserv*, boek*, afspraak, tafel*',
  },
  'product quality': {
    en: 'the product: broken, broke, defective, faulty, damaged, quality, stopped working',
    de: 'dem Produkt: kaputt*, defekt*, beschädigt*, qualität*',
    fr: 'le produit: cassé*, défectueu*, abîmé*, endommagé*, qualité*, produit',
    es: 'el producto: roto, rota, rotos, rotas, defectuos*, dañad*, calidad, producto',
    it: 'il prodotto: rott*, difett*, danneggiat*, qualità, prodotto',
    pt: 'o produto: defeito*, partid*, danificad*, qualidade, produto',
    nl: 'het product: kapot*, defect*, beschadigd*, kwaliteit',
  },
  availability: {
    en: 'availability: available, availability, in stock, out of stock, size',
    de: 'der Verfügbarkeit: verfügbar*, vorrätig, auf lager, ausverkauft, größe',
    fr: 'la disponibilité: disponib*, en stock, rupture, taille',
    es: 'la disponibilidad: disponib*, agotad*, talla',
    it: 'la disponibilità: disponib*, esaurit*, taglia',
    pt: 'a disponibilidade: disponív*, disponib*, esgotad*, tamanho',
    nl: 'de beschikbaarheid: beschikbaar*, voorraad, uitverkocht, maat',
  },
  service: {
    en: 'our service: service, staff, team, waiter, waitress, front desk, support',
    de: 'unserem Service: service, personal, team, beratung, bedienung, mitarbeiter*, kellner*',
    fr: 'notre service: service, accueil, personnel, équipe, serveu*',
    es: 'nuestro servicio: servicio, personal, equipo, atención, camarer*',
    it: 'il nostro servizio: servizio, personale, staff, camerier*',
    pt: 'o nosso atendimento: atendimento, serviço, equipa, equipe, funcionári*',
    nl: 'onze service: service, personeel, team, medewerker*, bediening',
  },
  'app and website': {
    en: 'our app and website: app, website, site, web page, crash*',
    de: 'unserer App und Webseite: app, webseite, website, internetseite',
    fr: 'notre site: application, site, appli',
    es: 'nuestra web: aplicación, app, web, página',
    it: 'il nostro sito: app, sito, applicazione',
    pt: 'o nosso site: aplicação, app, site, aplicativo',
    nl: 'onze app en website: app, website, webpagina',
  },
}

const finders = Object.entries(topics).map(([topic, list]) => ({ topic, find: finder(pick(list, 1)) }))
const names = Object.fromEntries(Object.entries(topics).map(([topic, list]) => [topic, pick(list, 0)]))
const maxTopics = 5

/** English names, in the order in which they are first spoken of. */
export function topicsOf(speech: Speech): string[] {
  return finders
    .map(({ topic, find }) => ({ topic, at: find(speech)[0] ?? Infinity }))
    .filter(({ at }) => at < Infinity)
    .toSorted((a, b) => a.at - b.at)
    .slice(0, maxTopics)
    .map(({ topic }) => topic)
}

/** What a topic is called within a sentence, or null when it isn't one of ours. */
export function topicName(topic: string, language: Language): string | null {
  return names[topic]?.[language] ?? null
}

function pick(list: PhraseList, side: 0 | 1): PhraseList {
  return Object.fromEntries(
    Object.entries(list).map(([language, text]) => [language, (text.split(':')[side] ?? '').trim()]),
  ) as PhraseList
}
